package io.fastweights.operator.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Oracle;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fields of a prediction beside its values. */
class PredictionTest {

  private static Prediction<Trip> of(float... values) {
    return new Prediction<>(new Trip(1, "k", 5), 5, true, values, 0.5f);
  }

  @Test
  void theMostProbableClassesComeWithTheirNames() {
    Schema schema = Trips.schema();
    assertThat(of(0.2f, 0.5f, 0.3f).topK(2, schema))
        .containsExactly(new ClassProbability("on time", 0.5f), new ClassProbability("late", 0.3f));
    assertThat(of(0.25f, 0.25f, 0.5f).topK(9, schema))
        .extracting(ClassProbability::name)
        .containsExactly("late", "early", "on time");
  }

  @Test
  void classesNeedASchemaThatHasThem() {
    Schema binary = Schema.of(List.of(new Field.Hashed("user", 8)), new Target.Binary("late"));
    assertThatThrownBy(() -> of(0.2f).topK(1, binary)).hasMessageContaining("no classes");
    assertThatThrownBy(() -> of(0.2f, 0.8f).topK(1, Trips.schema()))
        .hasMessage("the prediction has 2 values, the schema 3 classes");
    assertThatThrownBy(() -> of(1, 0, 0).topK(0, Trips.schema()))
        .hasMessage("k is 0, must be at least 1");
  }

  @ParameterizedTest
  @EnumSource(TestModel.class)
  void embeddingsAreTheModelsLastLayerAndOnlyWhereAskedFor(TestModel model) throws Exception {
    List<Trip> trips = new ArrayList<>();
    for (int id = 0; id < 30; id++) {
      trips.add(new Trip(id, "k" + id % 4, Trips.START + id));
    }
    Oracle oracle = model.oracle();
    List<float[]> expected = new ArrayList<>();
    for (Trip trip : trips) {
      oracle.answer(trip);
      expected.add(oracle.hidden());
    }
    try (OperatorHarness harness =
        OperatorHarness.open(OperatorHarness.builder(model, 7).embedding(true))) {
      harness.process(trips);
      harness.finish();
      assertThat(harness.predictions())
          .extracting(Prediction::embedding)
          .containsExactlyElementsOf(expected);
    }
    try (OperatorHarness harness = OperatorHarness.open(OperatorHarness.builder(model, 7))) {
      harness.process(trips);
      harness.finish();
      assertThat(harness.predictions()).extracting(Prediction::embedding).containsOnlyNulls();
    }
  }

  @Test
  void observedEventsCarryTheirTargetAndAsksDoNot() throws Exception {
    FastWeights<Trip> builder =
        OperatorHarness.builder(TestModel.ASSOCIATIVE, 7)
            .schema(
                Trips.schema(),
                (trip, event) -> {
                  Trips.read(trip, event);
                  event.id("id " + trip.id);
                });
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(new Trip(1, "k", Trips.START));
      harness.process(new Trip(2, "k", Trips.START + 1).asked());
      harness.finish();
      List<Prediction<Trip>> predictions = harness.predictions();
      assertThat(predictions).extracting(Prediction::id).containsExactly("id 1", "id 2");
      assertThat(predictions.get(0).target()).containsExactly(0, 1, 0);
      assertThat(predictions.get(1).target()).isNull();
    }
  }

  @Test
  void aNumbersTargetIsOnItsOwnScale() throws Exception {
    Schema schema =
        Schema.of(List.of(new Field.Hashed("user", 16)), new Target.Number("distance", 100, 20));
    FastWeights<Trip> builder =
        OperatorHarness.builder(TestModel.ASSOCIATIVE, 7)
            .schema(schema, (trip, event) -> event.set(0, trip.user).target(130));
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      harness.process(new Trip(1, "k", Trips.START));
      harness.finish();
      assertThat(harness.predictions().get(0).target()).containsExactly(130f);
    }
  }

  @Test
  void itsSerializerKeepsWhatMayBeMissing() throws Exception {
    var serializer =
        Prediction.<Trip>type(OperatorHarness.TRIP).createSerializer(new SerializerConfigImpl());
    for (Prediction<Trip> prediction :
        List.of(
            of(1, 0, 0),
            new Prediction<>(
                new Trip(1, "k", 5),
                5,
                true,
                new float[] {1, 0, 0},
                0.5f,
                "a",
                new float[] {1},
                new float[] {2},
                3,
                4))) {
      DataOutputSerializer out = new DataOutputSerializer(64);
      serializer.serialize(prediction, out);
      Prediction<Trip> read =
          serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
      assertThat(read.id()).isEqualTo(prediction.id());
      assertThat(read.target()).isEqualTo(prediction.target());
      assertThat(read.embedding()).isEqualTo(prediction.embedding());
      assertThat(Answers.of(read)).isEqualTo(Answers.of(prediction));
    }
  }
}
