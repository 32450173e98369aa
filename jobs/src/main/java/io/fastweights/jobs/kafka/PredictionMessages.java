package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Prediction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.MapFunction;
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
final class PredictionMessages<A> extends ProcessFunction<A, Message> {
  static final OutputTag<Message> LETTERS =
      new OutputTag<>("letters", TypeInformation.of(Message.class));

  private static final long serialVersionUID = 1L;

  private final MapFunction<A, Anomaly<Event>> rating;
  private final String topic;
  private final TopicLimits limits;
  private final PredictionRows rows;
  private final DeadLetters letters;
  private transient LongCounter tooLarge;

  private PredictionMessages(
      MapFunction<A, Anomaly<Event>> rating,
      String topic,
      TopicLimits limits,
      PredictionRows rows,
      DeadLetters letters) {
    this.rating = rating;
    this.topic = topic;
    this.limits = limits;
    this.rows = rows;
    this.letters = letters;
  }

  /**
   * @param limits of the topic
   */
  static PredictionMessages<Prediction<Event>> of(
      String topic, TopicLimits limits, PredictionRows rows, DeadLetters letters) {
    return new PredictionMessages<>(
        prediction -> new Anomaly<>(prediction, Double.NaN, false), topic, limits, rows, letters);
  }

  /** The same of predictions whose errors are rated. */
  static PredictionMessages<Anomaly<Event>> rated(
      String topic, TopicLimits limits, PredictionRows rows, DeadLetters letters) {
    return new PredictionMessages<>(answer -> answer, topic, limits, rows, letters);
  }

  @Override
  public void open(OpenContext context) {
    rows.setRuntimeContext(getRuntimeContext());
    rows.open(context);
    tooLarge = getRuntimeContext().getLongCounter(KafkaResults.TOO_LARGE);
  }

  @Override
  public void processElement(A element, Context context, Collector<Message> out) throws Exception {
    Anomaly<Event> answer = rating.map(element);
    Event event = answer.prediction().event();
    Message message =
        limits.timed(message(event, bytes(rows.counted(answer))), System.currentTimeMillis());
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
    context.output(LETTERS, letters.of(event, reason, bytes(rows.answer(answer))));
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
