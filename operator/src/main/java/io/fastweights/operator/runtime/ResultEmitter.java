package io.fastweights.operator.runtime;

import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.operator.api.Forgotten;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.metrics.FlushReason;
import io.fastweights.operator.metrics.OperatorSpans;
import io.fastweights.operator.model.LiveModel;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Emits predictions, and refused events to the side output; counts both. */
final class ResultEmitter<T> implements BatchRunner.Output<T> {
  private static final Logger LOG = LoggerFactory.getLogger(ResultEmitter.class);

  private final Output<StreamRecord<Prediction<T>>> output;
  private final OutputTag<Malformed<T>> malformedTag;
  private final OutputTag<Prediction<T>> answersTag;
  private final LiveModel live;
  private final MailboxExecutor mailbox;
  private final FastWeightMetrics metrics;
  private final OperatorSpans spans;
  private final Overflow overflow = new Overflow();
  private final StreamRecord<Prediction<T>> reused = new StreamRecord<>(null);

  /**
   * @param answersTag of predictions and marks of forgotten keys; null if nothing reads them
   * @param mailbox completes batches in the task's thread
   */
  ResultEmitter(
      Output<StreamRecord<Prediction<T>>> output,
      OutputTag<Malformed<T>> malformedTag,
      OutputTag<Prediction<T>> answersTag,
      LiveModel live,
      MailboxExecutor mailbox,
      FastWeightMetrics metrics,
      OperatorSpans spans) {
    this.output = output;
    this.malformedTag = malformedTag;
    this.answersTag = answersTag;
    this.live = live;
    this.mailbox = mailbox;
    this.metrics = metrics;
    this.spans = spans;
  }

  @Override
  public void predicted(Pending<T> pending, float[] values, float recallError, float[] embedding) {
    EncodedEvent event = pending.event;
    metrics.event(event.observe(), recallError);
    Prediction<T> prediction =
        new Prediction<>(
            pending.value,
            event.timestamp(),
            event.observe(),
            values,
            recallError,
            pending.id,
            live.model().target(event),
            embedding,
            live.version(),
            pending.seen,
            live.model().ranking(values, pending.candidates, pending.item));
    output.collect(record(prediction, pending.hasTimestamp, pending.timestamp));
    if (answersTag != null) {
      // Filled again: a chained operator has replaced the value by its own.
      output.collect(answersTag, record(prediction, pending.hasTimestamp, pending.timestamp));
    }
  }

  private StreamRecord<Prediction<T>> record(
      Prediction<T> prediction, boolean hasTimestamp, long timestamp) {
    if (hasTimestamp) {
      return reused.replace(prediction, timestamp);
    }
    reused.eraseTimestamp();
    return reused.replace(prediction);
  }

  /** Tells that an event has emptied the memory of its key. */
  void forgotten(StreamRecord<T> element) {
    metrics.forgotten();
    if (answersTag != null) {
      Prediction<T> mark = Forgotten.mark(element.getValue());
      output.collect(
          answersTag, record(mark, EventTimes.isStamped(element), element.getTimestamp()));
    }
  }

  @Override
  public void refused(Pending<T> pending) {
    refuse(pending.value, pending.hasTimestamp, pending.timestamp, pending.refusal);
  }

  @Override
  public void overflowed(Pending<T> pending) {
    metrics.overflowed();
    overflow.warn(LOG, pending.key, pending.refusal);
    refused(pending);
  }

  @Override
  public void stepped(BatchRunner<T> by, long number) {
    try {
      mailbox.execute(() -> by.completeUntil(number), "answer a batch");
    } catch (RejectedExecutionException e) {
      LOG.debug("a batch was stepped as the task ended", e);
    }
  }

  @Override
  public void answered(FlushReason reason, int events, long nanos) {
    metrics.batch(reason, events, nanos);
    spans.batch(reason, events, nanos);
  }

  /** Emits a record that is no event of the model. */
  void refuse(StreamRecord<T> element, String reason) {
    refuse(element.getValue(), EventTimes.isStamped(element), element.getTimestamp(), reason);
  }

  private void refuse(T value, boolean hasTimestamp, long timestamp, String reason) {
    metrics.malformed();
    Malformed<T> malformed = new Malformed<>(value, reason);
    output.collect(
        malformedTag,
        hasTimestamp ? new StreamRecord<>(malformed, timestamp) : new StreamRecord<>(malformed));
  }
}
