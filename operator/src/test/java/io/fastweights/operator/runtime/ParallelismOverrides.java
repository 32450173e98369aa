package io.fastweights.operator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Seeds;
import io.fastweights.operator.testkit.TestJobs;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The vertices of a job have another parallelism each, as an autoscaler sets them. */
abstract class ParallelismOverrides {
  private static final int TRIPS = 300;
  private static final Duration LATENESS = Duration.ofDays(2);

  @TempDir Path folder;

  /** The parts of a job that are vertices of their own. */
  private enum Job {
    CHAINED,
    UNCHAINED,
    REFRESHED
  }

  /** Prefixes each result with the number of subtasks. */
  private static final class WithParallelism extends RichMapFunction<Prediction<Trip>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String map(Prediction<Trip> answer) {
      int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
      return subtasks + ":" + Answers.of(answer);
    }
  }

  private static final class Shadowed
      extends RichMapFunction<Prediction<Prediction<Trip>>, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String map(Prediction<Prediction<Trip>> answer) {
      return "shadow:" + Answers.of(answer.event());
    }
  }

  private StreamExecutionEnvironment environment(Job job) {
    Configuration configuration =
        TestJobs.configuration("hashmap", folder)
            .set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100))
            .set(PipelineOptions.OPERATOR_CHAINING, job != Job.UNCHAINED);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(2);
    return env;
  }

  private static DataStream<String> answers(StreamExecutionEnvironment env, Job job, long seed) {
    DataStream<Trip> trips =
        TestJobs.trips(env, seed, TRIPS, TRIPS)
            .map(EventTimeITCase::outOfOrder)
            .returns(OperatorHarness.TRIP)
            .setParallelism(1)
            .uid("out of order")
            .assignTimestampsAndWatermarks(
                WatermarkStrategy.<Trip>forMonotonousTimestamps()
                    .withTimestampAssigner((trip, before) -> trip.time))
            .setParallelism(1)
            .uid("timed");
    FastWeights<Trip> builder =
        TestModel.SCHEMA_TRANSFORMER
            .on(FastWeights.on(trips.keyBy(Trip::key)))
            .eventTime(LATENESS)
            .maxParallelism(32)
            .uid("memories");
    if (job == Job.REFRESHED) {
      DataStream<ModelUpdate> none =
          env.fromData(ModelUpdate.type(), ModelUpdate.of("file:///missing", 1));
      builder.refresh(none).shadow(none);
    }
    FastWeightStream<Trip> stream = builder.build();
    DataStream<String> lines =
        stream
            .predictions()
            .map(new WithParallelism())
            .union(stream.malformed().map(m -> "malformed:" + Answers.of(m)).returns(Types.STRING));
    return job != Job.REFRESHED
        ? lines
        : lines.union(stream.shadow().predictions().map(new Shadowed()));
  }

  /** Vertices behind the sources get 1 and 3 subtasks in turn, and none the 2 of the job. */
  private static JobGraph overridden(StreamExecutionEnvironment env) {
    JobGraph graph = env.getStreamGraph().getJobGraph();
    Map<String, String> overrides = new HashMap<>();
    for (JobVertex vertex : graph.getVerticesSortedTopologicallyFromSources()) {
      if (vertex.getParallelism() == 2) {
        overrides.put(vertex.getID().toHexString(), overrides.size() % 2 == 0 ? "1" : "3");
      }
    }
    graph.getJobConfiguration().set(PipelineOptions.PARALLELISM_OVERRIDES, overrides);
    return graph;
  }

  @ParameterizedTest
  @EnumSource(Job.class)
  void everyEventFindsItsKeysMemory(Job job, @InjectMiniCluster MiniCluster cluster)
      throws Exception {
    long seed = Seeds.seed(61);
    String run = getClass().getSimpleName() + " " + job + ", " + Seeds.replay(seed);
    StreamExecutionEnvironment env = environment(job);
    answers(env, job, seed).map(new Collected(run)).sinkTo(new DiscardingSink<>());
    cluster.executeJobBlocking(overridden(env));
    List<String> lines = List.copyOf(Collected.lines(run));
    List<Trip> sorted =
        Trips.stream(seed, TRIPS).stream()
            .map(EventTimeITCase::outOfOrder)
            .sorted(Comparator.comparingLong(trip -> trip.time))
            .toList();
    List<String> expected = new ArrayList<>(TestModel.SCHEMA_TRANSFORMER.oracle().answers(sorted));
    List<String> served = without(lines, "shadow:");
    assertThat(served).as(run).isEqualTo(Answers.sorted(expected));
    assertThat(lines)
        .as("parallelism of what answers")
        .noneMatch(line -> line.startsWith("2:"))
        .anyMatch(line -> line.startsWith("1:") || line.startsWith("3:"));
    if (job == Job.REFRESHED) {
      List<String> shadow = lines.stream().filter(line -> line.startsWith("shadow:")).toList();
      List<String> malformed = lines.stream().filter(l -> l.startsWith("malformed:")).toList();
      assertThat(shadow).hasSize(served.size() - malformed.size());
    }
  }

  private static List<String> without(List<String> lines, String prefix) {
    return Answers.sorted(
        lines.stream()
            .filter(line -> !line.startsWith(prefix))
            .map(line -> line.substring(line.indexOf(':') + 1))
            .toList());
  }
}
