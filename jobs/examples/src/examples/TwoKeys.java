package examples;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.FastWeightPairStream;
import io.fastweights.operator.FastWeights;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A memory of each item and one of each user: what a user likes beyond what all like. */
public final class TwoKeys {
  static final int USERS = 40;
  static final int ITEMS = 10;

  /** A rating from 1 to 5; the time is in milliseconds since 1970-01-01 UTC. */
  public record Rating(String user, String item, double stars, long time) {}

  /** A field that is named as a key is left out in that key's own memory. */
  private static final Schema SCHEMA =
      Schema.of(
          List.of(new Field.Hashed("item", 256), new Field.Hashed("user", 256)),
          new Target.Number("stars", 3, 1));

  private TwoKeys() {}

  public static FastWeightPairStream<Rating> memories(DataStream<Rating> ratings) {
    return FastWeights.on(
            ratings.assignTimestampsAndWatermarks(
                WatermarkStrategy.<Rating>forMonotonousTimestamps()
                    .withTimestampAssigner((rating, none) -> rating.time())))
        .key("item", Rating::item)
        .key("user", Rating::user)
        .schema(
            SCHEMA,
            (rating, event) ->
                event.set("item", rating.item()).set("user", rating.user()).target(rating.stars()))
        .uid("two-keys")
        .build();
  }

  /** Made up: items differ by up to two stars, and each user likes every third item more. */
  public static Rating rating(long number) {
    SplittableRandom random = new SplittableRandom(number);
    int user = random.nextInt(USERS);
    int item = random.nextInt(ITEMS);
    double stars = 2 + 2.0 * item / (ITEMS - 1) + ((user + item) % 3 == 0 ? 1 : 0);
    return new Rating("user-" + user, "item-" + item, stars, number * 1000);
  }

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.setParallelism(1);
    FastWeightPairStream<Rating> stream = memories(env.fromSequence(0, 9_999).map(TwoKeys::rating));
    stream
        .predictions()
        .filter(prediction -> prediction.event().user().equals("user-7"))
        .map(p -> p.event().item() + " said " + p.values()[0] + ", was " + p.event().stars())
        .print();
    stream.late().print();
    stream.malformed().print();
    env.execute("two keys");
  }
}
