package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.operator.api.Prediction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Predictions as messages: key, headers and timestamp are the event's own; the value is the row as
 * JSON. If the topic requires a key and the event's message has none, it is the key of the memory.
 * A prediction that its topic would refuse goes as a letter to {@link #LETTERS}.
 */
final class PredictionMessages extends ProcessFunction<Prediction<Event>, Message> {
  static final OutputTag<Message> LETTERS =
      new OutputTag<>("letters", TypeInformation.of(Message.class));

  private static final long serialVersionUID = 1L;

  private final String topic;
  private final TopicLimits limits;
  private final PredictionRows rows;
  private final DeadLetters letters;
  private transient LongCounter tooLarge;

  /**
   * @param limits of the topic
   */
  PredictionMessages(String topic, TopicLimits limits, PredictionRows rows, DeadLetters letters) {
    this.topic = topic;
    this.limits = limits;
    this.rows = rows;
    this.letters = letters;
  }

  @Override
  public void open(OpenContext context) {
    rows.setRuntimeContext(getRuntimeContext());
    rows.open(context);
    tooLarge = getRuntimeContext().getLongCounter(KafkaResults.TOO_LARGE);
  }

  @Override
  public void processElement(
      Prediction<Event> prediction, Context context, Collector<Message> out) {
    Message message =
        limits.timed(
            message(prediction.event(), bytes(rows.map(prediction))), System.currentTimeMillis());
    long room = limits.room(message);
    if (room >= 0) {
      out.collect(message);
      return;
    }
    tooLarge.add(1L);
    String reason =
        String.format(
            Locale.ROOT,
            "the prediction is %d bytes too large for a message of topic %s",
            -room,
            topic);
    context.output(LETTERS, letters.of(prediction.event(), reason, bytes(rows.answer(prediction))));
  }

  private Message message(Event event, byte[] value) {
    if (event.message() == null) {
      return Message.of(topic, event.timestamp(), bytes(event.key()), value);
    }
    Message message = event.message().to(topic, value);
    return limits.keyed() && message.key() == null ? message.keyed(bytes(event.key())) : message;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
