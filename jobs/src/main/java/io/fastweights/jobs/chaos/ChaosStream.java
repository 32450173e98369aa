package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A seeded stream without end: the event at a place is the same whenever it is asked for. About a
 * quarter of the events are asks.
 *
 * @param last file that takes the last place when the stream is ended
 */
record ChaosStream(long seed, int perSecond, Path last) implements EventSource {
  static final Schema SCHEMA =
      Schema.of(
          List.of(new Field.Hashed("page", 16), new Field.Numeric("price", 10, 5)),
          new Target.Classes("outcome", List.of("buy", "leave")));

  private static final List<String> COLUMNS = List.of("place", "page", "price", "outcome");
  private static final int KEYS = 200;

  static Event at(long seed, long place) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + place);
    String key = "k" + random.nextInt(KEYS);
    boolean ask = random.nextInt(4) == 0;
    String[] cells = {
      Long.toString(place),
      "p" + random.nextInt(9),
      Integer.toString(random.nextInt(20)),
      ask ? null : random.nextBoolean() ? "buy" : "leave"
    };
    return new Event(0, place, "", null, key, place, ask, cells);
  }

  @Override
  public List<String> columns() {
    return COLUMNS;
  }

  @Override
  public List<String> paths() {
    return List.of("generated");
  }

  @Override
  public SingleOutputStreamOperator<Event> events(
      StreamExecutionEnvironment environment, Schema schema) {
    long from = seed;
    GeneratorFunction<Long, Event> generator = place -> at(from, place);
    DataGeneratorSource<Event> source =
        new DataGeneratorSource<>(
            generator,
            Long.MAX_VALUE,
            RateLimiterStrategy.perSecond(perSecond),
            TypeInformation.of(Event.class));
    SingleOutputStreamOperator<Event> events =
        environment.fromSource(source, WatermarkStrategy.noWatermarks(), "generated");
    return events
        .uid("generated")
        .setParallelism(1)
        .transform("last place", TypeInformation.of(Event.class), new LastPlace(last))
        .uid("last-place")
        .setParallelism(1);
  }
}
