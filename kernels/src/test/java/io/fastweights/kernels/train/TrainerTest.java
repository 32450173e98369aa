package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.measures.Metrics;
import io.fastweights.kernels.train.measures.StopMetric;
import io.fastweights.kernels.train.network.InitialWeights;
import io.fastweights.kernels.train.network.ParameterLayout;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training whole models. */
class TrainerTest {
  private static final List<EventSequence> TRAIN = TrainingCases.keys(120, 40, 1);
  private static final List<EventSequence> VALIDATION = TrainingCases.keys(30, 40, 2);

  @TempDir Path folder;

  @Test
  void learnsWhatOnlyAMemoryOfTheKeyCanKnow() throws IOException {
    List<TrainProgress> reports = new ArrayList<>();
    TrainResult result = train(TrainingCases.options().epochs(30).build(), reports::add);
    assertThat(result.validation().get("auc")).isGreaterThan(0.9);
    assertThat(reports.get(0).loss()).isGreaterThan(reports.get(reports.size() - 1).loss());
    assertThat(reports).last().satisfies(r -> assertThat(r.left().isNegative()).isFalse());
    // The returned weights are the weights that were scored.
    assertThat(Scoring.of(result.weights(), VALIDATION, 2)).isEqualTo(result.validation());
  }

  @Test
  void speedCountsTheEventsOfAChunkAndNotWhatItHoldsAtMost() throws IOException {
    List<TrainProgress> reports = new ArrayList<>();
    train(TrainingCases.options().epochs(20).build(), reports::add);
    // Both are of the pace so far, so their product is of events alone.
    TrainProgress r = reports.get(0);
    double seconds = r.left().toNanos() / 1e9;
    double perStep = r.eventsPerSecond() * seconds / (r.steps() - r.step());
    double events = TRAIN.stream().mapToInt(EventSequence::length).sum();
    double chunks = TRAIN.stream().mapToInt(s -> (s.length() + 15) / 16).sum();
    assertThat(perStep).isCloseTo(8 * events / chunks, withinPercentage(5));
  }

  @Test
  void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() throws IOException {
    TrainOptions.Builder options = TrainingCases.options().epochs(2).feedForwardDropout(0.1);
    float[] one = values(train(options.threads(1).build(), r -> {}));
    assertThat(values(train(options.threads(3).build(), r -> {}))).isEqualTo(one);
    assertThat(values(train(options.seed(4).build(), r -> {}))).isNotEqualTo(one);
  }

  @Test
  void aRunThatGoesOnFromItsCheckpointGivesTheBitsOfOneThatWasNotStopped() throws IOException {
    TrainOptions.Builder options =
        TrainingCases.options().epochs(4).averaging(0.2).feedForwardDropout(0.1);
    TrainResult whole = train(options.build(), r -> {});
    options.checkpoint(folder.resolve("run.checkpoint"), 7);
    assertThatThrownBy(() -> train(options.build(), TrainerTest::stopAtThirty))
        .isInstanceOf(Stopped.class);
    assertThat(folder.resolve("run.checkpoint")).exists();

    TrainResult resumed = train(options.build(), r -> {});

    assertThat(values(resumed)).isEqualTo(values(whole));
    assertThat(resumed.validation()).isEqualTo(whole.validation());
    assertThat(resumed.steps()).isEqualTo(whole.steps());
  }

  @Test
  void aCheckpointOfAnotherRunOrADamagedOneIsRefused() throws IOException {
    Path file = folder.resolve("run.checkpoint");
    TrainOptions.Builder options = TrainingCases.options().epochs(0.2).checkpoint(file, 1);
    train(options.build(), r -> {});
    assertThatThrownBy(() -> train(options.learningRate(0.02).build(), r -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is of a run with other events, another model or other options");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> train(options.build(), r -> {})).hasMessageContaining("is damaged");
  }

  @Test
  void aCheckpointOfAnEarlierVersionIsRefused() throws IOException {
    Path file = folder.resolve("run.checkpoint");
    TrainOptions options = TrainingCases.options().epochs(0.2).checkpoint(file, 1).build();
    train(options, r -> {});
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).putInt(4, 1);
    CRC32 crc = new CRC32();
    crc.update(bytes.array(), 0, bytes.capacity() - 4);
    Files.write(file, bytes.putInt(bytes.capacity() - 4, (int) crc.getValue()).array());
    assertThatThrownBy(() -> train(options, r -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("has version 1, must be 2: delete it to train from the start");
  }

  @Test
  void theBetterOnesOfTheLastWeightsAndTheirAverageAreKept() throws IOException {
    TrainOptions.Builder options =
        TrainingCases.options().epochs(0.25).checkpoint(null, 1).averaging(0);
    List<float[]> steps = new ArrayList<>();
    Trainer single = trainer(options.build(), List.of());
    float[] initial = InitialWeights.of(single.layout(), 1);
    single.keep(weights -> steps.add(values(weights))).run(initial.clone(), r -> {});
    assertThat(steps).hasSizeGreaterThan(9);
    WeightAverage average = new WeightAverage(initial, 0.4 * steps.size());
    for (int step = 0; step < steps.size(); step++) {
      average.add(step, steps.get(step));
    }

    options.averaging(0.4);
    assertThat(values(trainer(options.build(), List.of()).run(initial.clone(), r -> {})))
        .isEqualTo(average.values)
        .isNotEqualTo(steps.get(steps.size() - 1));
    TrainResult validated = trainer(options.build(), VALIDATION).run(initial.clone(), r -> {});
    double ofAverage = loss(single, average.values);
    double ofLast = loss(single, steps.get(steps.size() - 1));
    assertThat(validated.validation().loss()).isEqualTo(Math.min(ofAverage, ofLast));
    assertThat(validated.averaged()).isEqualTo(ofAverage <= ofLast);
  }

  private static double loss(Trainer trainer, float[] values) {
    return Scoring.of(trainer.layout().weights(values), VALIDATION, 1).loss();
  }

  @Test
  void aCheckpointOfOtherEventsIsRefused() throws IOException {
    TrainOptions options =
        TrainingCases.options().epochs(0.2).checkpoint(folder.resolve("run.checkpoint"), 1).build();
    train(options, r -> {});
    EventSequence first = TRAIN.get(0);
    float[] otherWeights = first.weights().clone();
    otherWeights[0] += 0.5f;
    boolean[] otherAsks = first.asks().clone();
    otherAsks[1] = true;
    assertRefused(options, replacingFirst(with(first, otherWeights, first.asks())), VALIDATION);
    assertRefused(options, replacingFirst(with(first, first.weights(), otherAsks)), VALIDATION);
    // The same sequences in the same order, of which one more is held out.
    List<EventSequence> held = new ArrayList<>(TRAIN.subList(119, 120));
    held.addAll(VALIDATION);
    assertRefused(options, TRAIN.subList(0, 119), held);
  }

  private static void assertRefused(
      TrainOptions options, List<EventSequence> train, List<EventSequence> validation) {
    Trainer trainer =
        new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, train, validation, options);
    assertThatThrownBy(() -> trainer.run(r -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("of a run with other events");
  }

  private static EventSequence with(EventSequence s, float[] weights, boolean[] asks) {
    return new EventSequence(
        s.key(), s.starts(), s.rows(), weights, s.labels(), asks, s.masked(), s.times());
  }

  private static List<EventSequence> replacingFirst(EventSequence first) {
    List<EventSequence> sequences = new ArrayList<>(TRAIN);
    sequences.set(0, first);
    return sequences;
  }

  @Test
  void endsAfterAShareOfTheStepsWithTheWeightsThatAllWouldHaveThen() throws IOException {
    TrainOptions.Builder options = TrainingCases.options().epochs(4);
    TrainResult whole = train(options.build(), r -> {});
    assertThat(whole.keptAfter()).isBetween(1L, whole.steps());
    double share = whole.keptAfter() / (double) whole.steps();
    TrainResult part = train(options.until(share).build(), r -> {});
    assertThat(part.steps()).isEqualTo(whole.keptAfter());
    assertThat(values(part)).isEqualTo(values(whole));
  }

  @Test
  void stopsWhereTheValidationLossHasNoNewBest() throws IOException {
    TrainOptions options =
        TrainingCases.options().epochs(500).learningRate(0.05).patience(2).build();
    // Training on two keys overfits, so validation does not improve.
    TrainResult result =
        new Trainer(
                TrainingCases.CONFIG,
                TrainingCases.SCHEMA,
                TrainingCases.keys(2, 20, 5),
                VALIDATION,
                options)
            .run(r -> {});
    assertThat(result.end()).isEqualTo(TrainResult.End.NO_PROGRESS);
    assertThat(Scoring.of(result.weights(), VALIDATION, 1)).isEqualTo(result.validation());
  }

  @Test
  void doesNotStopBeforeTheLeastSteps() throws IOException {
    List<EventSequence> two = TrainingCases.keys(2, 20, 5);
    TrainOptions.Builder options =
        TrainingCases.options().epochs(500).learningRate(0.05).patience(1);
    long early = steps(options.build(), two);
    long late = steps(options.leastSteps(early + 20).build(), two);
    assertThat(late).isGreaterThan(early + 20);
  }

  private static long steps(TrainOptions options, List<EventSequence> train) throws IOException {
    return new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, train, VALIDATION, options)
        .run(r -> {})
        .steps();
  }

  @Test
  void keepsTheWeightsThatAreTheBestOfTheMetricAskedFor() throws IOException {
    List<Metrics> seen = new ArrayList<>();
    TrainOptions options =
        TrainingCases.options().epochs(6).patience(99).stopMetric(StopMetric.AUC).build();
    TrainResult result =
        train(
            options,
            r -> {
              if (r.validation() != null) {
                seen.add(r.validation());
              }
            });
    double best = seen.stream().mapToDouble(m -> m.get("auc")).max().orElseThrow();
    assertThat(seen).hasSizeGreaterThan(4);
    assertThat(result.validation().get("auc")).isEqualTo(best);
  }

  @Test
  void refusesAStopMetricThatTheTargetOrItsLabelsDoNotHave() {
    assertThatThrownBy(() -> withMetric(StopMetric.MAE, VALIDATION))
        .hasMessage("stop metric MAE does not fit target answer");
    EventSequence one = EventSequence.ofTokens("k", new int[] {0, 1, 2}, new int[] {1, 1, -1});
    assertThatThrownBy(() -> withMetric(StopMetric.AUC, List.of(one)))
        .hasMessageContaining("validation events of both labels");
  }

  private static Trainer withMetric(StopMetric metric, List<EventSequence> validation) {
    TrainOptions options = TrainingCases.options().stopMetric(metric).build();
    return new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, TRAIN, validation, options);
  }

  /** A class that counts nine times as much is predicted as often as nine times the events. */
  @Test
  void classWeightsShiftThePredictionsAsMoreEventsWould() throws IOException {
    TrainOptions.Builder options = TrainingCases.options().epochs(8).learningRate(0.05);
    double even = learnedBias(options.build());
    double weighted = learnedBias(options.classWeights(List.of(1.0, 9.0)).build());
    assertThat(weighted - even).isCloseTo(Math.log(9), within(0.15));
    assertThatThrownBy(() -> train(options.classWeights(List.of(1.0)).build(), r -> {}))
        .hasMessage("class weights are 1, target answer has 2 classes");
  }

  /** The head's bias, the only parameter that is not frozen, from 0. */
  private static double learnedBias(TrainOptions options) throws IOException {
    Trainer trainer =
        new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, TRAIN, List.of(), options);
    Set<String> frozen = new TreeSet<>();
    trainer.layout().slices().forEach(s -> frozen.add(s.name()));
    frozen.remove("head.bias");
    float[] initial = InitialWeights.of(trainer.layout(), 1);
    return trainer.freeze(frozen).run(initial, r -> {}).weights().get("head.bias")[0];
  }

  @Test
  void aNumberThatIsNotFiniteStopsTheRunAndNamesStepAndTensor() {
    Trainer trainer =
        new Trainer(
            TrainingCases.CONFIG,
            TrainingCases.SCHEMA,
            TRAIN,
            List.of(),
            TrainingCases.options().build());
    float[] initial = InitialWeights.of(trainer.layout(), 1);
    initial[trainer.layout().slice("layers.0.1.fn.net.3.weight").at()] = Float.NaN;
    assertThatThrownBy(() -> trainer.run(initial, r -> {}))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("step 1 of")
        .hasMessageContaining("the gradient of embedding.symbol.weight is NaN");
  }

  /** Adam's step does not depend on the gradient's length, unless it is below its epsilon. */
  @Test
  void theGradientIsClipped() throws IOException {
    assertThat(largestChange(1)).isGreaterThan(0.005f);
    assertThat(largestChange(1e-12)).isBetween(Float.MIN_VALUE, 1e-5f);
  }

  /** Of any weight, by one step. */
  private static float largestChange(double clip) throws IOException {
    TrainOptions options =
        TrainingCases.options().epochs(1e-3).warmup(0).weightDecay(0).clip(clip).build();
    Trainer trainer =
        new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, TRAIN, List.of(), options);
    float[] initial = InitialWeights.of(trainer.layout(), 1);
    float[] after = values(trainer.run(initial.clone(), r -> {}));
    float largest = 0;
    for (int i = 0; i < after.length; i++) {
      largest = Math.max(largest, Math.abs(after[i] - initial[i]));
    }
    return largest;
  }

  @Test
  void frozenTensorsStayAsTheyAre() throws IOException {
    TrainOptions options = TrainingCases.options().epochs(1).build();
    Trainer trainer =
        new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, TRAIN, List.of(), options);
    float[] initial = InitialWeights.of(trainer.layout(), 1);
    SlowWeights before = trainer.layout().weights(initial);
    trainer.freeze(Set.of("layers.0.0.fn.to_qkv.weight"));
    SlowWeights after = trainer.run(initial, r -> {}).weights();
    for (String name : before.tensors().keySet()) {
      boolean same = Arrays.equals(after.get(name), before.get(name));
      assertThat(same).as(name).isEqualTo(name.equals("layers.0.0.fn.to_qkv.weight"));
    }
    assertThatThrownBy(() -> trainer.freeze(Set.of("to_qkv"))).hasMessage("no tensor to_qkv");
  }

  @Test
  void eventsWithoutALabelAreRefused() {
    List<EventSequence> none = TRAIN.stream().map(s -> s.countedFrom(s.length())).toList();
    ModelConfig config = TrainingCases.CONFIG;
    TrainOptions options = TrainingCases.options().build();
    assertThatThrownBy(() -> new Trainer(config, TrainingCases.SCHEMA, none, List.of(), options))
        .hasMessage("no event to train on counts");
  }

  private static TrainResult train(TrainOptions options, TrainProgress.Listener listener)
      throws IOException {
    return trainer(options, VALIDATION).run(listener);
  }

  private static Trainer trainer(TrainOptions options, List<EventSequence> validation) {
    return new Trainer(TrainingCases.CONFIG, TrainingCases.SCHEMA, TRAIN, validation, options);
  }

  private static float[] values(TrainResult result) {
    return values(result.weights());
  }

  private static float[] values(SlowWeights weights) {
    return new ParameterLayout(weights.config(), weights.schema()).values(weights);
  }

  /** Simulates the end of a process. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static void stopAtThirty(TrainProgress progress) {
    if (progress.step() >= 30) {
      throw new Stopped();
    }
  }
}
