package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import io.fastweights.kernels.train.measures.Loss;
import io.fastweights.kernels.train.network.DeviceRecurrence;
import io.fastweights.kernels.train.network.HeadSequence;
import io.fastweights.kernels.train.network.InitialWeights;
import io.fastweights.kernels.train.network.ModelPass;
import io.fastweights.kernels.train.network.ParameterLayout;
import io.fastweights.kernels.train.network.Parameters;
import io.fastweights.kernels.train.network.PassOptions;
import io.fastweights.kernels.train.network.Recurrence;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Lanes that go through the model together, with recurrences that have the CPU's bits. */
class LockstepTest {
  /** More than shards, so that some hold two. */
  private static final int LANES = 20;

  private static final int CHUNK = 8;
  private static final PassOptions PASS = new PassOptions(CHUNK, 0.2f, 0.1f);
  private static final Loss LOSS = Loss.of(TrainingCases.SCHEMA.target());

  static List<ModelConfig> configs() {
    ModelConfig.Builder transformer =
        ModelConfig.builder(Architecture.TRANSFORMER).dim(8).heads(2).dimHead(4).depth(2);
    return List.of(
        transformer.outputs(1).build(),
        transformer.finalNorm(true).build(),
        transformer.finalNorm(false).preNorm(false).updateRule(UpdateRule.SUM).build(),
        ModelConfig.builder(Architecture.ATTENTION).dim(8).heads(2).dimHead(4).outputs(1).build());
  }

  @ParameterizedTest
  @MethodSource("configs")
  void gradientsAndMemoriesHaveTheBitsOfLanesThatRunAlone(ModelConfig config) {
    ParameterLayout layout = new ParameterLayout(config, TrainingCases.SCHEMA);
    Parameters p = new Parameters(layout, InitialWeights.of(layout, 2));
    Lanes alone = lanes(config);
    Lanes together = lanes(config);
    Supplier<ModelPass> passes = () -> new ModelPass(layout, LOSS, PASS);
    try (Workers one = new Workers(1, passes);
        Workers three = new Workers(3, passes);
        DeviceLayers device = new DeviceLayers(OnCpu::new, config)) {
      StepGradient expected = new StepGradient(alone, one, layout.size(), null, passes);
      StepGradient actual = new StepGradient(together, three, layout.size(), device, passes);
      for (int step = 0; step < 6; step++) {
        assertThat(actual.compute(p, step)).isEqualTo(expected.compute(p, step));
        assertThat(actual.counted()).isEqualTo(expected.counted());
        assertThat(actual.sum()).as("step %d", step).isEqualTo(expected.sum());
        assertThat(together.memories).isDeepEqualTo(alone.memories);
        alone.advance();
        together.advance();
      }
    }
  }

  /** Keys with asks and masked events, and of one key none that counts. */
  private static Lanes lanes(ModelConfig config) {
    SplittableRandom random = new SplittableRandom(6);
    List<EventSequence> sequences = new ArrayList<>();
    for (EventSequence s : TrainingCases.keys(30, 20, 4)) {
      boolean[] asks = new boolean[s.length()];
      boolean[] masked = new boolean[s.length()];
      for (int t = 0; t < s.length(); t++) {
        asks[t] = random.nextInt(4) == 0;
        masked[t] = random.nextInt(5) == 0;
      }
      sequences.add(
          new EventSequence(
              s.key(), s.starts(), s.rows(), s.weights(), s.labels(), asks, masked, s.times()));
    }
    sequences.set(3, sequences.get(3).countedFrom(sequences.get(3).length()));
    return new Lanes(sequences, LANES, CHUNK, config.memory().floats(), 9);
  }

  /** Simulates a device: each head runs on the CPU. */
  private static final class OnCpu implements DeviceRecurrence {
    private final UpdateRule rule;
    private final int rows;
    private final int columns;
    private final List<Recurrence> recurrences = new ArrayList<>();
    private List<Head> ran;
    private List<float[]> after;

    OnCpu(UpdateRule rule, int rows, int columns) {
      this.rule = rule;
      this.rows = rows;
      this.columns = columns;
    }

    @Override
    public String name() {
      return "no device";
    }

    @Override
    public void forward(List<Head> heads, List<float[]> memories) {
      recurrences.clear();
      for (int n = 0; n < heads.size(); n++) {
        Head head = heads.get(n);
        recurrences.add(new Recurrence(rule, rows, columns));
        recurrences.get(n).forward(head.values(), head.length(), head.asks(), memories.get(n));
      }
      ran = heads;
      after = memories.stream().map(w -> Arrays.copyOf(w, w.length)).toList();
    }

    @Override
    public void backward(List<HeadSequence> gradients, List<float[]> gradMemories) {
      for (int n = 0; n < ran.size(); n++) {
        Head head = ran.get(n);
        recurrences
            .get(n)
            .backward(
                head.values(),
                gradients.get(n),
                head.length(),
                head.asks(),
                after.get(n),
                gradMemories.get(n));
      }
    }

    @Override
    public void close() {}
  }
}
