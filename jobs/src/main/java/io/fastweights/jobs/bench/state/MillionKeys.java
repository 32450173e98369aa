package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.KeySequence;
import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateEvents;
import io.fastweights.jobs.bench.load.StateJob;
import io.fastweights.jobs.bench.load.Tally;
import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.bench.measure.OwnProcess;
import io.fastweights.jobs.bench.measure.ResidentMemory;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.math.ReferenceModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Cost to a process of many keys seen once: memory, disk, and the recovery time from a checkpoint.
 * It runs in its own process.
 */
final class MillionKeys {
  private static final MemoryKind KIND = MemoryKind.KIB_16;
  private static final MemorySize CACHE = MemorySize.ofMebiBytes(128);
  private static final MemorySize MEMORY = MemorySize.ofMebiBytes(512);
  private static final List<String> HEAP = List.of("-XX:+UseSerialGC", "-Xmx768m");
  private static final String TALLY = "million";
  private static final int COMPARED = 256;

  /**
   * Cost of the run.
   *
   * @param rssBytes peak resident memory of the process
   * @param diskBytes highest sampled size of RocksDB's files and the checkpoints
   * @param recoveryMillis from the submission of the job to its first answer
   * @param compared answers after the recovery that were compared with a plain loop's
   */
  record Cost(
      long keys,
      double loadSeconds,
      long rssBytes,
      long diskBytes,
      long checkpointBytes,
      long recoveryMillis,
      int compared) {}

  private final int keys;
  private final BenchProgress progress;
  private final StateJob job;
  private final WorkFolder work;
  private long mostDisk;

  private MillionKeys(int keys, BenchProgress progress, WorkFolder work) {
    this.keys = keys;
    this.progress = progress;
    this.work = work;
    this.job =
        new StateJob(
            StateJob.Way.FASTWEIGHTS,
            KIND,
            KeySequence.inTurns(keys),
            0,
            MEMORY,
            CACHE,
            Duration.ofSeconds(1),
            false,
            new Configuration());
  }

  /** The measurement as a task for another process. */
  record Task(int keys) implements OwnProcess.Task<Cost> {
    Cost inOwnProcess(PrintWriter out) throws IOException, InterruptedException {
      return OwnProcess.run(this, Cost.class, HEAP, out);
    }

    @Override
    public Cost run(BenchProgress progress) throws Exception {
      try (WorkFolder work = WorkFolder.create()) {
        return new MillionKeys(keys, progress, work).run();
      }
    }
  }

  private Cost run() throws Exception {
    Configuration flink = job.flink(work);
    try (EmbeddedCluster cluster = new EmbeddedCluster(flink)) {
      progress.begin("  see every key once");
      long begin = System.nanoTime();
      Tally tally = Tally.open(TALLY, 0);
      StreamExecutionEnvironment environment = cluster.environment();
      job.build(environment, TALLY);
      JobClient client = environment.executeAsync("a million keys");
      await(client, tally, keys);
      double loadSeconds = (System.nanoTime() - begin) / 1e9;
      String checkpoint = cluster.checkpoint(client.getJobID());
      mostDisk = Math.max(mostDisk, disk());
      client.cancel().get();
      long checkpointBytes = bytes(work.checkpoints());
      progress.begin("  recover from " + (checkpointBytes >> 20) + " MiB");
      long recovery = recover(cluster, checkpoint);
      return new Cost(
          keys, loadSeconds, ResidentMemory.most(), mostDisk, checkpointBytes, recovery, COMPARED);
    }
  }

  private long recover(EmbeddedCluster cluster, String checkpoint) throws Exception {
    Tally tally = Tally.open(TALLY, COMPARED);
    StreamExecutionEnvironment environment = cluster.environment();
    environment.configure(new Configuration().set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint));
    job.build(environment, TALLY);
    long begin = System.nanoTime();
    JobClient client = environment.executeAsync("a million keys, recovered");
    await(client, tally, COMPARED);
    mostDisk = Math.max(mostDisk, disk());
    client.cancel().get();
    requireSameAsAPlainLoop(tally.first(), tally.firstEvent());
    return (tally.firstNanos() - begin) / 1_000_000;
  }

  private void await(JobClient client, Tally tally, long events) throws Exception {
    long looked = 0;
    while (tally.events() < events) {
      progress.tick(client, tally.events());
      if (System.nanoTime() - looked > 1e9) {
        mostDisk = Math.max(mostDisk, disk());
        looked = System.nanoTime();
      }
    }
  }

  /** Each key's second event must be answered from its first, as it was before the recovery. */
  private void requireSameAsAPlainLoop(List<float[]> answers, long firstEvent) {
    StateEvents events = new StateEvents(KIND);
    ReferenceModel reference = new ReferenceModel(KIND.model());
    for (int i = 0; i < answers.size(); i++) {
      float[] memory = new float[KIND.model().memory().floats()];
      float[] answer = answers.get(i);
      for (long e = (firstEvent + i) % keys; e <= firstEvent + i; e += keys) {
        ReferenceModel.Step step = reference.step(events.input(e), events.target(e), memory, true);
        answer = e == firstEvent + i ? whole(step) : answer;
      }
      if (!Arrays.equals(answer, answers.get(i))) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "event %d is answered %s after the recovery, a plain loop answers %s",
                firstEvent + i,
                Arrays.toString(answers.get(i)),
                Arrays.toString(answer)));
      }
    }
  }

  private static float[] whole(ReferenceModel.Step step) {
    float[] whole = Arrays.copyOf(step.output(), step.output().length + 1);
    whole[whole.length - 1] = step.recallError();
    return whole;
  }

  private long disk() throws IOException {
    return bytes(work.temporary()) + bytes(work.checkpoints());
  }

  /** Bytes of the files in a folder; files deleted meanwhile do not count. */
  private static long bytes(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
    } catch (java.io.UncheckedIOException e) {
      return 0;
    }
  }
}
