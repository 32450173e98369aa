package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.KeySequence;
import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateJob;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.bench.measure.OwnProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * A {@link StateJob} for a process of its own.
 *
 * @param keys how many
 * @param seconds that the job runs
 */
record StateTask(
    Way way,
    MemoryKind kind,
    Keys drawn,
    int keys,
    long rate,
    long memory,
    long cache,
    boolean probe,
    Map<String, String> options,
    double seconds)
    implements OwnProcess.Task<StateRun> {
  static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

  /** Of the events' keys. */
  static final long SEED = 5;

  /** Distribution of the keys. */
  enum Keys {
    ZIPF,
    UNIFORM;

    private KeySequence of(int keys) {
      return this == ZIPF ? KeySequence.zipf(keys, SEED) : KeySequence.uniform(keys, SEED);
    }
  }

  /**
   * @param out takes what the process prints
   */
  StateRun inOwnProcess(PrintWriter out) throws IOException, InterruptedException {
    return OwnProcess.run(this, StateRun.class, OwnProcess.sameHeap(), out);
  }

  @Override
  public StateRun run(BenchProgress progress) throws Exception {
    StateJob job =
        new StateJob(
            way,
            kind,
            drawn.of(keys),
            rate,
            new MemorySize(memory),
            new MemorySize(cache),
            CHECKPOINT_INTERVAL,
            probe,
            Configuration.fromMap(options));
    return StateRun.of(job, seconds, progress);
  }
}
