package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.math.LogReplay;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import io.fastweights.state.StoredMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key whose memory grows without bound: dpfp-pytorch's beta is not gated below 2. */
class OverflowTest {
  private static final int DIM = 10;
  private static final List<String> KEYS = List.of("a", "b", "c");
  private static final SlowWeights WEIGHTS = weights();

  private static SlowWeights weights() {
    ModelConfig config =
        ModelConfig.builder(Architecture.ATTENTION)
            .dim(DIM)
            .heads(2)
            .dimHead(4)
            .normalisation(Normalisation.UNIT)
            .betaGate(BetaGate.IDENTITY)
            .build();
    Map<String, Tensor> tensors = new LinkedHashMap<>(TestModel.random(config, null, 3).tensors());
    tensors.put("to_beta.weight", new Tensor(new int[] {2, DIM}, new float[2 * DIM]));
    tensors.put("to_beta.bias", new Tensor(new int[] {2}, new float[] {5, 3}));
    return new SlowWeights(config, tensors);
  }

  /** Three kinds of vectors, repeated; key c is too rare to overflow. */
  private static List<Trip> trips() {
    SplittableRandom random = new SplittableRandom(8);
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < 300; id++) {
      String key = id % 50 == 49 ? "c" : KEYS.get(random.nextInt(2));
      Trip trip = new Trip(id, key, Trips.START + 1000L * id);
      trips.add(random.nextInt(5) == 0 ? trip.asked() : trip);
    }
    return trips;
  }

  private static FastWeights<Trip> builder(int batch, int cached) {
    EventReader<Trip> reader =
        (trip, event) -> {
          SplittableRandom random = new SplittableRandom(trip.id % 3);
          float[] vector = new float[DIM];
          for (int i = 0; i < DIM; i++) {
            vector[i] = (float) random.nextGaussian();
          }
          event.timestamp(trip.time).vector(vector);
          if (trip.ask) {
            event.ask();
          }
        };
    return OperatorHarness.builder(new Configuration())
        .vectors(0, reader)
        .weights(WEIGHTS)
        .set(FastWeightOptions.BATCH_SIZE, batch)
        .set(FastWeightOptions.CACHE_SIZE, MemorySize.ofMebiBytes(cached));
  }

  private static OperatorHarness harness(int batch, int cached, String backend) throws Exception {
    return new OperatorHarness(builder(batch, cached), backend, 1, 0);
  }

  @Test
  void keepsMemoriesFiniteAndSaysWhichEventsWereLost() throws Exception {
    try (OperatorHarness harness = harness(16, 1, "hashmap")) {
      harness.open();
      harness.process(trips());
      harness.checkpoint();
      assertThat(harness.malformed()).hasSizeBetween(20, 250);
      for (Malformed<Trip> malformed : harness.malformed()) {
        assertThat(malformed.reason())
            .contains("its update of the key's memory is not within 1e+18");
        assertThat(malformed.event().key).isNotEqualTo("c");
        assertThat(malformed.event().ask).isFalse();
      }
      for (Prediction<Trip> prediction : harness.predictions()) {
        for (float value : prediction.values()) {
          assertThat(Float.isFinite(value)).as("%s", prediction).isTrue();
        }
      }
      for (String key : KEYS) {
        assertFinite(harness, key);
      }
    }
  }

  private static void assertFinite(OperatorHarness harness, String key) throws Exception {
    harness.getOperator().setCurrentKey(key);
    StoredMemory stored = harness.operator().store().load();
    SlowModel model = SlowModel.of(WEIGHTS);
    for (float w : stored.replay(new LogReplay(model), model.memory().floats())) {
      assertThat(Float.isFinite(w)).as("%s of %s", w, key).isTrue();
    }
  }

  /** Cut anywhere, evicted, saved and restored in between. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64})
  void doesNotDependOnBatches(int batch) throws Exception {
    List<Trip> trips = trips();
    List<String> expected;
    try (OperatorHarness whole = harness(300, 1, "hashmap")) {
      whole.open();
      whole.process(trips);
      whole.finish();
      expected = whole.answers();
    }
    List<String> lines = new ArrayList<>();
    OperatorSubtaskState checkpoint = null;
    for (List<Trip> part : Arrays.asList(trips.subList(0, 140), trips.subList(140, 300))) {
      try (OperatorHarness harness = harness(batch, 0, "rocksdb")) {
        if (checkpoint != null) {
          harness.initializeState(checkpoint);
        }
        harness.open();
        harness.process(part);
        checkpoint = harness.checkpoint();
        lines.addAll(harness.answers());
      }
    }
    assertThat(Answers.sorted(lines)).isEqualTo(expected);
  }
}
