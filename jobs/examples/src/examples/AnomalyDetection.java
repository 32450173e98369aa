package examples;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.FastWeights;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A memory of each machine says when a reading is unlike those that the machine gave before. */
public final class AnomalyDetection {
  static final List<String> STATES = List.of("idle", "heating", "cutting", "cooling");

  /** Alarms for an event while nothing unusual happens. */
  static final double FALSE_ALARM_RATE = 0.0005;

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
        .set(FastWeightOptions.FALSE_ALARM_RATE, FALSE_ALARM_RATE)
        .uid("machines")
        .build();
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
    return number % 2000 == 1999;
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    FastWeightStream<Reading> stream =
        memories(env.fromSequence(0, 39_999).map(AnomalyDetection::reading));
    stream.anomalies().filter(Anomaly::isAnomaly).print();
    stream.malformed().print();
    env.execute("anomaly detection");
  }
}
