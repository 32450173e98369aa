package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A seeded, unbounded stream: the event at a position is always the same. Its time is its position.
 * About a quarter of the events are asks.
 */
final class ChaosEvents {
  static final Schema SCHEMA =
      new Schema(
          "user",
          "place",
          null,
          List.of(new Field.Hashed("page", 16), new Field.Numeric("price", 10, 5)),
          new Target.Classes("outcome", List.of("buy", "leave")));

  /** User, place, page, price and outcome. */
  static final List<String> COLUMNS = SCHEMA.columns();

  private static final int KEYS = 200;

  private ChaosEvents() {}

  static Event at(long seed, long place) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + place);
    String key = "k" + random.nextInt(KEYS);
    boolean ask = random.nextInt(4) == 0;
    String[] cells = {
      key,
      Long.toString(place),
      "p" + random.nextInt(9),
      Integer.toString(random.nextInt(20)),
      ask ? null : random.nextBoolean() ? "buy" : "leave"
    };
    return new Event(0, place, "", null, key, place, ask, cells);
  }

  /** The event as it is sent: its timestamp is its place, its key is the user. */
  static ProducerRecord<byte[], byte[]> message(String topic, Event event) {
    String[] cells = event.cells();
    String outcome = event.ask() ? "null" : '"' + cells[4] + '"';
    String value =
        String.format(
            Locale.ROOT,
            """
            {"user": "%s", "place": %s, "page": "%s", "price": %s, "outcome": %s}""",
            cells[0],
            cells[1],
            cells[2],
            cells[3],
            outcome);
    return new ProducerRecord<>(topic, null, event.timestamp(), bytes(event.key()), bytes(value));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
