package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.operator.Prediction;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Predictions as messages: key, headers and timestamp are the event's own; the value is the row as
 * JSON.
 */
final class PredictionMessages extends RichMapFunction<Prediction<Event>, Message> {
  private static final long serialVersionUID = 1L;
  private static final int UNASSIGNED = -1;

  private final String topic;
  private final PredictionRows rows;

  PredictionMessages(String topic, PredictionRows rows) {
    this.topic = topic;
    this.rows = rows;
  }

  @Override
  public void open(OpenContext context) {
    rows.setRuntimeContext(getRuntimeContext());
    rows.open(context);
  }

  @Override
  public Message map(Prediction<Event> prediction) {
    byte[] value = rows.map(prediction).getBytes(StandardCharsets.UTF_8);
    Event event = prediction.event();
    Message from = event.message();
    return from == null
        ? new Message(
            topic,
            UNASSIGNED,
            UNASSIGNED,
            event.timestamp(),
            event.key().getBytes(StandardCharsets.UTF_8),
            value,
            new String[0],
            new byte[0][])
        : new Message(
            topic,
            UNASSIGNED,
            UNASSIGNED,
            from.timestamp(),
            from.key(),
            value,
            from.headerNames(),
            from.headerValues());
  }
}
