package examples;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.Prediction;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A memory of each machine says when a reading is unlike those that the machine gave before. */
public final class AnomalyDetection {
  static final List<String> STATES = List.of("idle", "heating", "cutting", "cooling");

  /** Recall errors above it are reported; choose it from what yours are on a normal day. */
  static final float THRESHOLD = 0.3f;

  /** Of a machine that has learned fewer readings, all are surprising. */
  static final long LEARNED = 50;

  /** Watts of a machine in a state; the time is in milliseconds since 1970-01-01 UTC. */
  public record Reading(String machine, String state, double watts, long time) {}

  private static final Schema SCHEMA =
      Schema.of(
          List.of(new Field.Categorical("state", STATES)), new Target.Number("watts", 500, 300));

  private AnomalyDetection() {}

  public static FastWeightStream<Reading> memories(DataStream<Reading> readings) {
    return FastWeights.on(readings.keyBy(Reading::machine))
        .schema(
            SCHEMA,
            (reading, event) ->
                event
                    .timestamp(reading.time())
                    .set("state", reading.state())
                    .target(reading.watts()))
        .uid("machines")
        .build();
  }

  public static boolean isAnomaly(Prediction<Reading> prediction) {
    return prediction.seen() >= LEARNED && prediction.recallError() > THRESHOLD;
  }

  /** Made up: each machine needs its own watts in each state; one reading of 500 is far off. */
  public static Reading reading(long number) {
    SplittableRandom random = new SplittableRandom(number);
    int machine = random.nextInt(20);
    int state = random.nextInt(STATES.size());
    double watts = 200 + 200 * ((machine + state) % 4) + 10 * random.nextDouble();
    return new Reading(
        "machine-" + machine,
        STATES.get(state),
        isFault(number) ? 1000 - watts : watts,
        number * 1000);
  }

  public static boolean isFault(long number) {
    return number % 500 == 499;
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    FastWeightStream<Reading> stream =
        memories(env.fromSequence(0, 19_999).map(AnomalyDetection::reading));
    stream.predictions().filter(AnomalyDetection::isAnomaly).print();
    stream.malformed().print();
    env.execute("anomaly detection");
  }
}
