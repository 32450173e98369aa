package io.fastweights.operator;

/** The seed of a property test; {@code -Dfastweights.seed=N} replays one. */
final class Seeds {
  private Seeds() {}

  static long seed(long usual) {
    return Long.getLong("fastweights.seed", usual);
  }

  /** To be put into a failure's message. */
  static String replay(long seed) {
    return "replay with -Dfastweights.seed=" + seed;
  }

  /** The same as the one command that runs a test class from this seed on. */
  static String replay(long seed, Class<?> test) {
    return "replay with: mvn test -pl operator -am -Dsurefire.failIfNoSpecifiedTests=false -Dtest="
        + test.getSimpleName()
        + " -Dfastweights.seed="
        + seed;
  }
}
