package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.Update;
import io.fastweights.operator.testkit.Weights;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;

/**
 * A savepoint of {@link WholeJob} written by some release, kept in the test resources: memories,
 * their timers, events that wait for the watermark, asks that wait for labels, refreshed weights
 * and a refreshed candidate, and the state of Flink SQL. A release that restores it must answer the
 * trips that follow as the plain loop does.
 *
 * @param release the folder of the resources
 * @param backend the state backend that wrote it, and restores it
 */
record WholeJobFixture(String release, String backend, SavepointFormatType format) {
  /** Trips before the weights are refreshed, after it, and after the savepoint. */
  private static final int BEGIN = 40;

  private static final int REFRESHED = 40;
  private static final int AFTER = 120;

  private static final long SERVING = 2;
  private static final long CANDIDATE = 12;
  private static final List<String> REFUSED = List.of("refused " + SERVING, "refused " + CANDIDATE);

  /** Every savepoint that a release leaves behind. */
  static List<WholeJobFixture> of(String release) {
    List<WholeJobFixture> all = new ArrayList<>();
    for (String backend : List.of("hashmap", "rocksdb")) {
      for (SavepointFormatType format : SavepointFormatType.values()) {
        all.add(new WholeJobFixture(release, backend, format));
      }
    }
    return all;
  }

  /** True if a line is about a trip before the savepoint. */
  static boolean isOfATripBefore(String line) {
    return Long.parseLong(line.split("[ ,]")[1]) < BEGIN + REFRESHED;
  }

  String file() {
    return String.format(Locale.ROOT, "savepoints/%s/%s-%s.zip", release, backend, format)
        .toLowerCase(Locale.ROOT);
  }

  private static Update serving() {
    return Update.of("coarse-serving", coarse(WholeJob.SORTED.weights(300)), SERVING);
  }

  private static Update candidate() {
    return Update.of("coarse-candidate", coarse(Weights.ofAnotherShape(3)), CANDIDATE).orReset();
  }

  /** Rounded, so that they pack well. */
  private static SlowWeights coarse(SlowWeights weights) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              float[] data = tensor.data().clone();
              for (int i = 0; i < data.length; i++) {
                data[i] = Math.round(data[i] * 8) / 8f;
              }
              tensors.put(name, new Tensor(tensor.shape(), data));
            });
    return new SlowWeights(weights.config(), weights.schema(), tensors);
  }

  /** Weights that are refused: their file is missing, or once it serves, their version is old. */
  private static List<ModelUpdate> refused() {
    return List.of(
        ModelUpdate.of("file:/missing", SERVING), ModelUpdate.of("file:/missing", CANDIDATE));
  }

  /**
   * Runs the job up to the savepoint. Weights change while no trip is on its way. The refused ones
   * come behind the sound ones, so that a savepoint taken after a refusal has the sound ones.
   *
   * @return the savepoint's folder
   */
  Path write(Path folder) throws Exception {
    PlainWholeJob plain = new PlainWholeJob(true);
    String first = stop(folder, null, 0, plain.answers(BEGIN), refused());
    plain.refresh(serving(), candidate());
    List<ModelUpdate> updates =
        new ArrayList<>(List.of(serving().message(), candidate().message()));
    updates.addAll(refused());
    String second = stop(folder, first, BEGIN, List.of(), updates);
    String last = stop(folder, second, BEGIN, plain.answers(REFRESHED), refused());
    return Path.of(URI.create(last));
  }

  /** Runs the job over its first trips alone. */
  Path begin(Path folder) throws Exception {
    List<String> expected = new PlainWholeJob(true).answers(BEGIN);
    return Path.of(URI.create(stop(folder, null, 0, expected, refused())));
  }

  /** Runs the job over trips that {@code expected} answers, and stops it with a savepoint. */
  private String stop(
      Path folder, String savepoint, int from, List<String> expected, List<ModelUpdate> updates)
      throws Exception {
    String run = file();
    Collected.lines(run).clear();
    int trips = expected.isEmpty() ? 0 : from == 0 ? BEGIN : REFRESHED;
    JobClient job =
        WholeJob.start(configuration(folder, savepoint), run, from, trips, updates, true);
    List<String> all = new ArrayList<>(expected);
    all.addAll(REFUSED);
    Collected.await(run, all.size());
    String stopped = TestJobs.stop(job, folder, format);
    assertThat(Collected.lines(run)).as(run).containsExactlyInAnyOrderElementsOf(all);
    return stopped;
  }

  /** Runs the job from a savepoint over the trips that follow; what comes out, sorted. */
  List<String> answers(Path folder, Path savepoint) throws Exception {
    String run = file();
    Collected.lines(run).clear();
    WholeJob.start(
            configuration(folder, savepoint.toUri().toString()),
            run,
            BEGIN + REFRESHED,
            AFTER,
            refused(),
            false)
        .getJobExecutionResult()
        .get(60, TimeUnit.SECONDS);
    return Collected.lines(run).stream().sorted().toList();
  }

  /**
   * Output of the plain loops after the savepoint, sorted.
   *
   * @param purges true if timers set before the savepoint remove memories after it
   */
  static List<String> expected(boolean purges) throws Exception {
    PlainWholeJob plain = new PlainWholeJob(purges);
    plain.answers(BEGIN);
    plain.refresh(serving(), candidate());
    plain.answers(REFRESHED);
    return Stream.concat(plain.lastAnswers(AFTER).stream(), REFUSED.stream()).sorted().toList();
  }

  private Configuration configuration(Path folder, String savepoint) {
    // One file, _metadata, has the state of all operators: it packs best.
    Configuration configuration =
        TestJobs.configuration(backend, folder)
            .set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
    return savepoint == null
        ? configuration
        : configuration
            .set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint)
            .set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true);
  }
}
