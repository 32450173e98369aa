package io.fastweights.jobs.bench.operator;

import io.fastweights.jobs.bench.load.KeySequence;
import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateEvents;
import io.fastweights.jobs.bench.load.StateJob;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.bench.measure.OwnProcess;
import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.bench.operator.EventPump.Round;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.EngineChoice;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EngineThreads;
import io.fastweights.operator.runtime.FastWeightOperatorFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.util.Collector;

/**
 * A job of one chain that measures the cost of an operator, for a process of its own. There are no
 * checkpoints; all keys are in the cache.
 *
 * @param keys different ones, all equally frequent
 * @param events of a round
 * @param rounds of which the second half is counted
 */
record OperatorTask(Subject subject, int keys, int events, int rounds)
    implements OwnProcess.Task<OperatorTask.Cost> {
  private static final long SEED = 5;
  private static final MemorySize MEMORY = MemorySize.ofMebiBytes(256);

  /** The operator that is measured. */
  enum Subject {
    /** It passes events on: the cost of a keyed stream itself. */
    NOTHING,
    /** Memories of 4 KiB, events that are vectors of 64 floats with targets of 8. */
    VECTORS,
    /** Memories of 4 KiB, events of four fields and a target. */
    FIELDS
  }

  /** Medians per event: CPU time of the task's thread, bytes that it allocated. */
  record Cost(double nanos, double bytes) {}

  /**
   * @param out takes what the process prints
   */
  Cost inOwnProcess(PrintWriter out) throws IOException, InterruptedException {
    return OwnProcess.run(this, Cost.class, OwnProcess.sameHeap(), out);
  }

  @Override
  public Cost run(BenchProgress progress) throws Exception {
    String name = subject.name();
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster =
            new EmbeddedCluster(
                StateJob.flink(Way.FASTWEIGHTS, work, MEMORY, Duration.ofDays(1)))) {
      build(cluster.environment(), name).execute("fastweights bench operator");
    }
    List<Round> counted = EventPump.rounds(name).subList(rounds / 2, rounds);
    return new Cost(
        Quantiles.of(counted.stream().mapToDouble(Round::nanos).toArray(), 0.5),
        Quantiles.of(counted.stream().mapToDouble(Round::bytes).toArray(), 0.5));
  }

  private StreamExecutionEnvironment build(StreamExecutionEnvironment environment, String name) {
    DataStream<Tuple2<Long, Long>> events =
        environment
            .fromSource(
                new DataGeneratorSource<>(round -> round, rounds, Types.LONG),
                WatermarkStrategy.noWatermarks(),
                "rounds")
            .transform(
                "pump",
                StateJob.EVENT,
                new EventPump(name, events(), KeySequence.uniform(keys, SEED)));
    measured(DataStreamUtils.reinterpretAsKeyedStream(events, event -> event.f0, Types.LONG))
        .sinkTo(new DiscardingSink<>());
    return environment;
  }

  private DataStream<?> measured(KeyedStream<Tuple2<Long, Long>, Long> events) {
    FastWeights<Tuple2<Long, Long>> builder =
        FastWeights.on(events).set(FastWeightOptions.ENGINE_THREAD, EngineThreads.TASK);
    return switch (subject) {
      case NOTHING -> events.process(new PassOn(), StateJob.EVENT);
      case VECTORS ->
          idle(
              MemoryKind.KIB_4
                  .set(builder)
                  .vectors(MemoryKind.KIB_4.dim(), new StateEvents(MemoryKind.KIB_4)));
      case FIELDS ->
          idle(
              builder
                  .schema(FieldEvents.SCHEMA, new FieldEvents())
                  .set(FastWeightOptions.ASSOCIATIVE_NU, 1));
    };
  }

  private static <T> DataStream<?> idle(FastWeights<T> builder) {
    var predictions = builder.build().predictions();
    var operator = (OneInputTransformation<?, ?>) predictions.getTransformation();
    ((FastWeightOperatorFactory<?>) operator.getOperatorFactory())
        .use((model, options) -> new EngineChoice(new IdleEngine(model, options.slots()), false));
    return predictions;
  }

  private static final class PassOn
      extends KeyedProcessFunction<Long, Tuple2<Long, Long>, Tuple2<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(
        Tuple2<Long, Long> event, Context context, Collector<Tuple2<Long, Long>> out) {
      out.collect(event);
    }
  }
}
