package io.fastweights.operator.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/** Operators that refresh and candidates add to a job graph. */
class RefreshJobGraphTest {
  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(
          new Configuration().set(PipelineOptions.GENERIC_TYPES, false));
  private final DataStream<ModelUpdate> updates =
      env.fromData(ModelUpdate.type(), ModelUpdate.of("file:///weights", 1));

  private FastWeights<Trip> builder() {
    return TestModel.SCHEMA_TRANSFORMER
        .on(
            FastWeights.on(
                env.fromData(OperatorHarness.TRIP, new Trip(0, "k", 0)).keyBy(Trip::key)))
        .name("trips")
        .uid("memories");
  }

  private static StreamNode node(StreamGraph graph, String name) {
    return graph.getStreamNodes().stream()
        .filter(node -> node.getOperatorName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no operator " + name));
  }

  @Test
  void theOperatorsHaveNamesAndIdsOfTheirOwn() {
    FastWeightStream<Trip> stream = builder().refresh(updates).shadow(updates).build();
    stream.scored();
    StreamGraph graph = env.getStreamGraph();
    for (String suffix :
        new String[] {"", "-models", "-scores", "-shadow", "-shadow-models", "-shadow-scores"}) {
      assertThat(node(graph, "trips" + suffix).getTransformationUID())
          .isEqualTo("memories" + suffix);
    }
    assertThat(node(graph, "trips-models").getParallelism()).isEqualTo(1);
  }

  /** Flink aligns the barriers of an operator with a broadcast input: the versions rely on it. */
  @Test
  void checkpointsAreAlignedWhereNewWeightsCome() {
    builder().refresh(updates).build();
    assertThat(node(env.getStreamGraph(), "trips").getInEdges())
        .hasSize(2)
        .noneMatch(edge -> edge.supportsUnalignedCheckpoints());
  }

  @Test
  void aJobThatTakesNoneHasOneInput() {
    builder().build();
    assertThat(node(env.getStreamGraph(), "trips").getInEdges()).hasSize(1);
  }
}
