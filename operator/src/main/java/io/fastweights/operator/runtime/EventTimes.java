package io.fastweights.operator.runtime;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.model.EventModel;
import java.util.Locale;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Checks the times of events. Flink gives Long.MIN_VALUE to a record without a timestamp; its own
 * windows refuse that value too. An event without a time gets time 0, unless something is computed
 * from its time.
 */
final class EventTimes {
  /** Flink's value for no timestamp. */
  static final long NONE = Long.MIN_VALUE;

  private static final String NO_TIMESTAMP =
      "the event has no timestamp, and eventTime(...) needs one: assign timestamps and watermarks in front"
          + " of the keyBy, or take events in the order of arrival";

  private final boolean inOrder;
  private final String ofEvent;
  private final String ofContext;

  private EventTimes(boolean inOrder, String ofEvent, String ofContext) {
    this.inOrder = inOrder;
    this.ofEvent = ofEvent;
    this.ofContext = ofContext;
  }

  /**
   * @param inOrder true if events are processed in the order of their timestamps
   */
  static EventTimes of(boolean inOrder, EventModel model, Configuration options) {
    String ofEvent = null;
    String ofContext = null;
    for (Field field : model.fields()) {
      if (field instanceof Field.Elapsed) {
        ofEvent = "field " + field.name();
      } else if (field instanceof Field.TimeOfDay || field instanceof Field.DayOfWeek) {
        ofContext = "field " + field.name();
      }
    }
    if (!options.get(FastWeightOptions.HALF_LIFE).isZero()) {
      ofEvent = FastWeightOptions.HALF_LIFE.key();
    }
    if (!options.get(FastWeightOptions.TTL).isZero()) {
      ofEvent = FastWeightOptions.TTL.key();
    }
    return new EventTimes(inOrder, ofEvent, ofContext);
  }

  /** True if a timestamp was assigned to a record. */
  static boolean isStamped(StreamRecord<?> record) {
    return record.hasTimestamp() && record.getTimestamp() != NONE;
  }

  /**
   * Begins an event with the timestamp of its record.
   *
   * @throws MalformedEventException if the order of events needs one and there is none
   */
  void begin(StreamRecord<?> record, RawEvent event) throws MalformedEventException {
    boolean stamped = isStamped(record);
    if (inOrder && !stamped) {
      throw new MalformedEventException(NO_TIMESTAMP);
    }
    event.timestamp(stamped ? record.getTimestamp() : NONE);
  }

  /**
   * Checks the time of an event that was read.
   *
   * @throws MalformedEventException if it has none, and something is computed from it
   */
  void check(RawEvent event) throws MalformedEventException {
    if (event.timestamp() != NONE) {
      return;
    }
    if (ofEvent != null) {
      throw new MalformedEventException(noTime(ofEvent));
    }
    boolean hasContextTime = event.contextTimestamp() != NONE;
    if (ofContext != null && !hasContextTime) {
      throw new MalformedEventException(noTime(ofContext));
    }
    event.timestamp(0);
  }

  private static String noTime(String needs) {
    return String.format(
        Locale.ROOT,
        "the event has no time, and %s needs one: set it in the reader by event.timestamp(...), or"
            + " assign timestamps in front of the keyBy",
        needs);
  }
}
