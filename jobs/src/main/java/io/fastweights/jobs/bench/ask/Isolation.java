package io.fastweights.jobs.bench.ask;

import java.util.Locale;

/** A consumer's {@code isolation.level}. */
enum Isolation {
  /** Answers as soon as they are written; after a failure of the job some come again. */
  READ_UNCOMMITTED,
  /** Answers with the checkpoint that commits them. */
  READ_COMMITTED;

  /** As Kafka names it. */
  String level() {
    return name().toLowerCase(Locale.ROOT);
  }
}
