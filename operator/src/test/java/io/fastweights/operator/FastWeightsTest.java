package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

/** Settings that the builder refuses. */
class FastWeightsTest {
  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());

  private KeyedStream<Trip, String> trips() {
    return env.fromData(OperatorHarness.TRIP, new Trip(0, "k", 0)).keyBy(trip -> trip.key);
  }

  private FastWeights<Trip> builder() {
    return TestModel.ASSOCIATIVE.on(FastWeights.on(trips()));
  }

  @Test
  void twoBuildersNeedTwoUids() {
    builder().uid("memories").name("first").build();
    assertThatThrownBy(() -> builder().uid("memories").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("uid 'memories' is that of the operator 'first' already");
    builder().uid("others").build();
  }

  @Test
  void aSchemaOfNullIsNotTakenForVectors() {
    assertThatThrownBy(() -> FastWeights.on(trips()).schema(null, (trip, event) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("vectors(...)");
  }

  @Test
  void aStreamOfAsynchronousStateIsRefused() {
    FastWeights<Trip> builder =
        TestModel.ASSOCIATIVE.on(FastWeights.on(trips().enableAsyncState()));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("enableAsyncState()");
    assertThatThrownBy(builder.eventTime(Duration.ZERO)::build)
        .hasMessageContaining("enableAsyncState()");
  }

  @Test
  void theMaximalParallelismIsThatOfAllOperatorsOfTheBuilder() {
    FastWeightStream<Trip> stream = builder().eventTime(Duration.ZERO).maxParallelism(24).build();
    assertThat(stream.predictions().getTransformation().getMaxParallelism()).isEqualTo(24);
    assertThat(stream.late().getTransformation().getInputs().get(0).getMaxParallelism())
        .isEqualTo(24);
    assertThat(stream.scored().getTransformation().getMaxParallelism()).isEqualTo(24);
    assertThatThrownBy(() -> builder().maxParallelism(32_769))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxParallelism is 32769, must be in 1 ... 32768");
  }
}
