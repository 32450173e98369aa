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
}
