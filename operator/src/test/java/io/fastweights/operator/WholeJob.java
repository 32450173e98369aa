package io.fastweights.operator;

import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.Compared;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StorageFormat;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.sql.TripTables;
import io.fastweights.operator.testkit.Answers;
import io.fastweights.operator.testkit.Collected;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.Output;
import io.fastweights.operator.testkit.Output.Stream;
import io.fastweights.operator.testkit.Setup;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * A job with all kinds of operator state. Its parts answer the same trips:
 *
 * <ul>
 *   <li>{@code sorted}: in event time, with weights that are refreshed and asks that wait for their
 *       labels; beside it a shadow, whose candidate is refreshed too
 *   <li>{@code arrival}: in the order of arrival, with memories that expire
 *   <li>{@code sql}: the function of Flink SQL
 * </ul>
 *
 * Each part's answers are lines with the part's name in front.
 */
final class WholeJob {
  static final TestModel SORTED = TestModel.SCHEMA_TRANSFORMER;
  static final TestModel ARRIVAL = TestModel.ASSOCIATIVE;
  static final Duration LATENESS = Duration.ofMinutes(20);
  static final Duration TTL = Duration.ofMinutes(45);

  static final int MAX_PARALLELISM = 8;

  /** From this version on, new weights are for the shadow. */
  static final long CANDIDATES = 10;

  /** Uids of the stateful operators. */
  static final List<String> UIDS =
      List.of(
          "sorted",
          "sorted-models",
          "sorted-event-time",
          "sorted-scores",
          "sorted-shadow",
          "sorted-shadow-models",
          "sorted-shadow-scores",
          "arrival",
          "arrival-anomalies",
          "sql");

  /** False on a Flink version that cannot call the function of Flink SQL. */
  static final boolean SQL = Boolean.parseBoolean(System.getProperty("fastweights.sql", "true"));

  private static final long SEED = 43;

  /** The largest ttl of labels, so that an old savepoint's asks still wait. */
  private static final Duration LABELS = Duration.ofDays(3650);

  private WholeJob() {}

  /** A trip that comes up to eleven minutes before its time; asks share labels with observes. */
  static Trip trip(long place) {
    Trip trip = Trips.at(SEED, place);
    trip.key = "k" + Math.floorMod(trip.key.hashCode(), 12);
    trip.label = "l" + place % 3;
    trip.time += place * 7919 % 11 * 60_000;
    return trip;
  }

  /** The watermark behind a trip. */
  static long watermark(long place) {
    return Trips.START + place * 60_000;
  }

  /**
   * Starts the job over a part of the trips.
   *
   * @param run the answers are collected under this name
   * @param updates new weights, below {@link #CANDIDATES} for the weights that serve
   * @param waits true if the sources wait at their end; false if the job ends there
   */
  static JobClient start(
      Configuration configuration,
      String run,
      long from,
      long count,
      List<ModelUpdate> updates,
      boolean waits)
      throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    env.setParallelism(1);
    env.setMaxParallelism(MAX_PARALLELISM);
    DataStream<Trip> trips = trips(env, from, count, waits);
    DataStream<ModelUpdate> models = updates(env, count, from, updates, waits);
    List<DataStream<String>> parts = new ArrayList<>();
    parts.add(sorted(trips, models));
    parts.add(arrival(trips, builder -> builder));
    if (SQL) {
      parts.add(sql(env, trips));
    }
    for (DataStream<String> lines : parts) {
      lines.map(new Collected(run)).sinkTo(new DiscardingSink<>());
    }
    return env.executeAsync(run);
  }

  /** Sources of another id in each job: their state is no part of what is tested. */
  private static DataStream<Trip> trips(
      StreamExecutionEnvironment env, long from, long count, boolean waits) {
    WatermarkStrategy<Trip> watermarks =
        WatermarkStrategy.<Trip>forGenerator(context -> new PerTrip())
            .withTimestampAssigner((trip, before) -> trip.time);
    return source(env, place -> trip(from + place), count, waits, OperatorHarness.TRIP, watermarks)
        .uid(String.format(Locale.ROOT, "%d trips from %d", count, from));
  }

  private static DataStream<ModelUpdate> updates(
      StreamExecutionEnvironment env,
      long count,
      long from,
      List<ModelUpdate> updates,
      boolean waits) {
    List<ModelUpdate> all = new ArrayList<>(updates);
    return source(
            env,
            i -> all.get(Math.min(i.intValue(), all.size() - 1)),
            all.size(),
            waits,
            ModelUpdate.type(),
            WatermarkStrategy.noWatermarks())
        .uid(String.format(Locale.ROOT, "updates beside %d trips from %d", count, from));
  }

  private static <E> DataStreamSource<E> source(
      StreamExecutionEnvironment env,
      GeneratorFunction<Long, E> generator,
      long count,
      boolean waits,
      TypeInformation<E> type,
      WatermarkStrategy<E> watermarks) {
    DataGeneratorSource<E> source =
        new DataGeneratorSource<>(
            generator,
            waits ? count + 1 : count,
            waits ? parallelism -> new Gate(count) : RateLimiterStrategy.noOp(),
            type);
    return env.fromSource(source, watermarks, "source");
  }

  /** Lets so many elements pass, then blocks. */
  private static final class Gate implements RateLimiter<NumberSequenceSplit> {
    private long left;

    Gate(long count) {
      left = count;
    }

    @Override
    public CompletionStage<Void> acquire(int elements) {
      left -= elements;
      return left < 0 ? new CompletableFuture<>() : CompletableFuture.completedFuture(null);
    }

    /** The method that a source of Flink before 2.2 calls instead. */
    public CompletionStage<Void> acquire() {
      return acquire(1);
    }
  }

  /** The watermark behind each trip. */
  static final class PerTrip implements WatermarkGenerator<Trip> {
    @Override
    public void onEvent(Trip trip, long timestamp, WatermarkOutput output) {
      output.emitWatermark(new Watermark(watermark(trip.id)));
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {}
  }

  private static FastWeights<Trip> on(TestModel model, DataStream<Trip> trips) {
    return model
        .on(FastWeights.on(trips.keyBy(Trip::key)))
        .set(FastWeightOptions.BATCH_SIZE, 8)
        .set(FastWeightOptions.CACHE_SIZE, MemorySize.ZERO)
        .set(FastWeightOptions.FOLD_THRESHOLD, 0.2)
        .set(FastWeightOptions.LABELS_TTL, LABELS);
  }

  static DataStream<String> sorted(DataStream<Trip> trips, DataStream<ModelUpdate> updates) {
    FastWeightStream<Trip> stream =
        on(SORTED, trips)
            .eventTime(LATENESS)
            .refresh(updates.filter(update -> update.version() < CANDIDATES))
            .shadow(updates.filter(update -> update.version() >= CANDIDATES))
            .uid("sorted")
            .build();
    return lines("sorted", stream)
        .union(
            stream.late().map(late -> "sorted " + Output.late(late).line()).returns(Types.STRING),
            stream
                .scored()
                .map(scored -> "scored " + Output.scored(scored).line())
                .returns(Types.STRING),
            stream
                .shadow()
                .compared()
                .map(compared -> "compared " + line(compared))
                .returns(Types.STRING),
            stream
                .refusedModels()
                .union(stream.shadow().refusedModels())
                .map(refused -> "refused " + refused.version())
                .returns(Types.STRING));
  }

  private static DataStream<String> lines(String part, FastWeightStream<Trip> stream) {
    return stream
        .predictions()
        .map(answer -> part + " " + Output.predicted(answer, true).line())
        .returns(Types.STRING)
        .union(
            stream
                .malformed()
                .map(m -> part + " " + Output.malformed(m.event()).line())
                .returns(Types.STRING));
  }

  private static String line(Compared<Trip> compared) {
    return compared(compared.event(), compared.asked(), compared.live(), compared.candidate());
  }

  static String compared(Trip trip, boolean asked, float[] live, float[] candidate) {
    return String.format(
        Locale.ROOT,
        "%d, asked %s, live%s, candidate%s",
        trip.id,
        asked,
        Answers.bits(live),
        Answers.bits(candidate));
  }

  /**
   * @param more options
   */
  static DataStream<String> arrival(DataStream<Trip> trips, UnaryOperator<FastWeights<Trip>> more) {
    FastWeightStream<Trip> stream =
        more.apply(on(ARRIVAL, trips).set(FastWeightOptions.TTL, TTL)).uid("arrival").build();
    stream.anomalies().sinkTo(new DiscardingSink<>());
    return lines("arrival", stream);
  }

  private static DataStream<String> sql(StreamExecutionEnvironment env, DataStream<Trip> trips) {
    StreamTableEnvironment tables =
        TripTables.tables(
            env,
            trips
                .filter(trip -> !Trips.NOBODY.equals(trip.user))
                .map(TripTables::row)
                .returns(TripTables.ROW));
    return tables
        .toDataStream(
            tables.sqlQuery(
                String.format(
                    Locale.ROOT,
                    """
                SELECT id, probabilities, recall_error, observed, refused FROM FAST_WEIGHTS(
                  input => TABLE trips PARTITION BY key,
                  schema => '%s',
                  on_time => DESCRIPTOR(ts),
                  ttl => '10000 d',
                  uid => 'sql',
                  options => MAP[
                    'fastweights.associative.key-dim', '16',
                    'fastweights.associative.betas', '0.4;0.1',
                    'fastweights.associative.seed', '7',
                    'fastweights.fold-threshold', '1'])
                """,
                    SchemaJson.write(Trips.schema()))))
        .map(row -> "sql " + row.getFieldAs("id") + " " + TripTables.answer(row))
        .returns(Types.STRING);
  }

  /** The job without keyed streams, as the plain loop runs it. */
  static Setup setup(TestModel model, Duration lateness, Duration ttl) {
    return setup(model, lateness, ttl, StorageFormat.FP32);
  }

  /** The same with memories of a storage format. */
  static Setup setup(TestModel model, Duration lateness, Duration ttl, StorageFormat storage) {
    return new Setup(
        model,
        "hashmap",
        8,
        MemorySize.ZERO,
        0.2,
        0,
        0,
        Duration.ZERO,
        lateness,
        ttl,
        true,
        null,
        storage);
  }

  /** Output of the plain loop for a part of the job, without watermarks. */
  static List<String> lines(String part, Stream stream, List<Output> outputs) {
    return outputs.stream()
        .filter(output -> output.key() != null && output.stream() == stream)
        .map(output -> part + " " + output.line())
        .toList();
  }
}
