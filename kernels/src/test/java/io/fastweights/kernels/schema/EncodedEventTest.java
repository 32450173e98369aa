package io.fastweights.kernels.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Encoded events that are filled again and again. */
class EncodedEventTest {
  private static final int EVENTS = 4096;

  /** The first events load classes. */
  private static final int ATTEMPTS = 5;

  private static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field.Hashed("page", 64),
              new Field.Numeric("price", 0, 1),
              new Field.Elapsed("since", 8),
              new Field.TimeOfDay("hour", 24, true, ZoneOffset.ofHours(2)),
              new Field.DayOfWeek("day", ZoneOffset.UTC)),
          new Target.Binary("bought"));

  private static RawEvent raw(RawEvent event, int number) {
    event.clear();
    return event
        .timestamp(number * 1000L)
        .set(0, number % 2 == 0 ? "even" : "odd")
        .set(1, number)
        .target(number % 3 == 0);
  }

  private static void assertSame(EncodedEvent event, EncodedEvent expected) {
    assertThat(event.timestamp()).isEqualTo(expected.timestamp());
    assertThat(event.observe()).isEqualTo(expected.observe());
    assertThat(event.ids()).isEqualTo(expected.ids());
    assertThat(event.weights()).isEqualTo(expected.weights());
    assertThat(event.targetId()).isEqualTo(expected.targetId());
    assertThat(event.target()).isEqualTo(expected.target());
    assertThat(event.vector()).isEqualTo(expected.vector());
  }

  @Test
  void nothingIsLeftOfTheEventBefore() throws Exception {
    EncodedEvent reused = new EncodedEvent();
    for (int number = 0; number < 8; number++) {
      RawEvent raw = raw(SCHEMA.newEvent(), number);
      if (number % 4 == 1) {
        raw.ask();
      }
      SCHEMA.encode(raw, reused);
      assertSame(reused, SCHEMA.encode(raw));
      if (number % 4 == 2) {
        RawEvent vector = new RawEvent(0).vector(new float[] {number}).target(new float[] {1, 2});
        Schema.encodeVector(vector, 1, 2, reused);
        assertSame(reused, Schema.encodeVector(vector, 1, 2));
      }
    }
  }

  @Test
  void aKeptEventStaysAsItWas() throws Exception {
    EncodedEvent reused = new EncodedEvent();
    SCHEMA.encode(raw(SCHEMA.newEvent(), 3), reused);
    EncodedEvent expected = SCHEMA.encode(raw(SCHEMA.newEvent(), 3));
    EncodedEvent kept = reused.kept();
    SCHEMA.encode(raw(SCHEMA.newEvent(), 4), reused);
    assertSame(kept, expected);
    reused.keep(kept);
    assertSame(reused, expected);
  }

  @Test
  void aVectorIsKeptAsItsTime() throws Exception {
    RawEvent raw = new RawEvent(0).timestamp(7).vector(new float[3]).target(new float[2]);
    assertSame(Schema.encodeVector(raw, 3, 2).kept(), EncodedEvent.ofTime(7));
  }

  @Test
  void encodingAllocatesNothing() throws Exception {
    RawEvent event = SCHEMA.newEvent();
    EncodedEvent encoded = new EncodedEvent();
    EncodedEvent lag = new EncodedEvent();
    InputEncoder inputs = InputEncoder.projection(SCHEMA, 16, 1);
    float[] input = new float[16];
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = Long.MAX_VALUE;
    for (int attempt = 0; attempt < ATTEMPTS && bytes >= EVENTS; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int number = 0; number < EVENTS; number++) {
        SCHEMA.encode(raw(event, number), encoded);
        inputs.encode(encoded, lag, input, 0);
        lag.keep(encoded);
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(bytes).as("bytes allocated for %d events", EVENTS).isLessThan(EVENTS);
  }
}
