package io.fastweights.operator.testkit;

/** The seed of a property test; {@code -Dfastweights.seed=N} replays one. */
public final class Seeds {
  private Seeds() {}

  public static long seed(long usual) {
    return Long.getLong("fastweights.seed", usual);
  }

  /** To be put into a failure's message. */
  public static String replay(long seed) {
    return "replay with -Dfastweights.seed=" + seed;
  }

  /** The same as the one command that runs a test class from this seed on. */
  public static String replay(long seed, Class<?> test) {
    return "replay with: mvn test -pl operator -am -Dsurefire.failIfNoSpecifiedTests=false -Dtest="
        + test.getSimpleName()
        + " -Dfastweights.seed="
        + seed;
  }
}
