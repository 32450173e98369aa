package io.fastweights.operator.sql;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.scoring.AnomalyDetector;
import io.fastweights.operator.testkit.OperatorHarness;
import io.fastweights.operator.testkit.TestModel;
import io.fastweights.operator.testkit.Trips;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/** Trips as a table, and the operator's results for them. */
public final class TripTables {
  /** A trip as a row. */
  public static final TypeInformation<Row> ROW =
      Types.ROW_NAMED(
          new String[] {"id", "key", "ts", "place", "user", "distance", "outcome"},
          Types.LONG,
          Types.STRING,
          Types.INSTANT,
          Types.STRING,
          Types.STRING,
          Types.DOUBLE,
          Types.STRING);

  private TripTables() {}

  /** Trips that a table can hold: without those that no reader takes. */
  static List<Trip> trips(long seed, int count) {
    List<Trip> trips = new ArrayList<>(Trips.stream(seed, count));
    trips.removeIf(trip -> Trips.NOBODY.equals(trip.user));
    return trips;
  }

  /** A table environment whose view {@code trips} has the trips in order. */
  public static StreamTableEnvironment tables(
      List<Trip> trips, int parallelism, Configuration job) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(job);
    env.setParallelism(parallelism);
    Row[] rows = trips.stream().map(TripTables::row).toArray(Row[]::new);
    return tables(env, env.fromData(ROW, rows));
  }

  /** A table environment with the function, and rows as the view {@code trips}. */
  public static StreamTableEnvironment tables(
      StreamExecutionEnvironment env, DataStream<Row> rows) {
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    Schema schema =
        Schema.newBuilder()
            .column("id", "BIGINT NOT NULL")
            .column("key", "STRING")
            .column("ts", "TIMESTAMP_LTZ(3)")
            .column("place", "STRING")
            .column("user", "STRING")
            .column("distance", "DOUBLE")
            .column("outcome", "STRING")
            .watermark("ts", "ts - INTERVAL '1' HOUR")
            .build();
    tables.createTemporaryView("trips", rows, schema);
    tables.executeSql(
        "CREATE TEMPORARY SYSTEM FUNCTION FAST_WEIGHTS AS"
            + " 'io.fastweights.operator.sql.FastWeightFunction'");
    return tables;
  }

  public static Row row(Trip trip) {
    return Row.of(
        trip.id,
        trip.key,
        Instant.ofEpochMilli(trip.time),
        trip.place,
        trip.user,
        trip.distance == null ? null : Double.valueOf(trip.distance),
        trip.outcome);
  }

  /** Results of a table; those of a key in their order. */
  @SuppressWarnings("try")
  static List<Row> rows(Table table) throws Exception {
    List<Row> results = new ArrayList<>();
    try (CloseableIterator<Row> rows = table.execute().collect()) {
      rows.forEachRemaining(results::add);
    }
    return results;
  }

  /** Results of a table, by id: bits of probabilities and recall error, or the refusal. */
  static Map<Long, String> answers(Table table) throws Exception {
    return answers(rows(table));
  }

  static Map<Long, String> answers(List<Row> rows) {
    Map<Long, String> answers = new TreeMap<>();
    rows.forEach(row -> answers.put(row.getFieldAs("id"), answer(row)));
    return answers;
  }

  /** Ratings of results, by id: the score and the alarm; nulls for rows without an error. */
  static Map<Long, String> ratings(List<Row> rows) {
    Map<Long, String> ratings = new TreeMap<>();
    for (Row row : rows) {
      ratings.put(row.getFieldAs("id"), row.getField("anomaly") + " " + row.getField("is_anomaly"));
    }
    return ratings;
  }

  /** The same by a detector for each key, of the results' recall errors. */
  static Map<Long, String> expectedRatings(List<Row> rows, String key) {
    Map<Long, String> ratings = new TreeMap<>();
    Map<String, double[]> states = new TreeMap<>();
    AnomalyDetector detector =
        new AnomalyDetector(FastWeightOptions.FALSE_ALARM_RATE.defaultValue());
    for (Row row : rows) {
      String rating = "null null";
      if (Boolean.TRUE.equals(row.getField("observed"))) {
        double[] state =
            states.computeIfAbsent(
                String.valueOf(row.getField(key)), none -> AnomalyDetector.start());
        double anomaly = detector.add(row.<Float>getFieldAs("recall_error"), state);
        rating = anomaly + " " + AnomalyDetector.isAlarm(state);
      }
      ratings.put(row.getFieldAs("id"), rating);
    }
    return ratings;
  }

  public static String answer(Row row) {
    if (row.getField("refused") != null) {
      return row.getFieldAs("refused");
    }
    Map<String, Float> probabilities = row.getFieldAs("probabilities");
    float[] values = new float[probabilities.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = probabilities.get(Trips.OUTCOMES.get(i));
    }
    Float recallError = row.getFieldAs("recall_error");
    return line(row.getFieldAs("observed"), values, recallError == null ? Float.NaN : recallError);
  }

  /** Results of the operator for the trips, in the same form. */
  @SuppressWarnings("try")
  public static Map<Long, String> operatorAnswers(FastWeights<Trip> builder, List<Trip> trips)
      throws Exception {
    Map<Long, String> answers = new TreeMap<>();
    try (OperatorHarness harness = OperatorHarness.open(builder)) {
      for (Trip trip : trips) {
        trip.ask = trip.outcome == null;
        harness.process(trip);
      }
      harness.finish();
      harness
          .predictions()
          .forEach(p -> answers.put(p.event().id, line(p.observed(), p.values(), p.recallError())));
      harness.malformed().forEach(m -> answers.put(m.event().id, m.reason()));
    }
    return answers;
  }

  private static String line(boolean observed, float[] values, float recallError) {
    StringBuilder line = new StringBuilder(observed ? "observed" : "asked");
    for (float value : values) {
      line.append(' ').append(Integer.toHexString(Float.floatToRawIntBits(value)));
    }
    return line.append(" recall ").append(Float.toHexString(recallError)).toString();
  }

  /** Weights that know the trips' schema. */
  static SlowWeights weights() {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(8)
            .depth(2)
            .heads(2)
            .dimHead(4)
            .nu(1)
            .ffMult(2)
            .outputs(Trips.OUTCOMES.size())
            .build();
    return TestModel.random(config, Trips.schema(), 17);
  }
}
