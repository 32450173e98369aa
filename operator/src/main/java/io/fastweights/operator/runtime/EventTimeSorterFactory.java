package io.fastweights.operator.runtime;

import java.io.Serializable;
import java.time.Duration;
import java.util.Comparator;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;

/** Creates the sorter of each subtask. */
@Internal
public final class EventTimeSorterFactory<T> extends AbstractStreamOperatorFactory<T>
    implements OneInputStreamOperatorFactory<T, T> {
  private static final long serialVersionUID = 1L;

  private final Duration allowedLateness;
  private final Ties<T> ties;
  private final boolean afterSorter;
  private final OutputTag<T> lateTag;
  private final TypeSerializer<T> serializer;

  /** Order of a key's events of one time. */
  public interface Ties<T> extends Comparator<T>, Serializable {}

  /**
   * @param ties order of a key's events of one time; null for arrival order
   * @param afterSorter true if the input was sorted for other keys: no event of it is late
   */
  public EventTimeSorterFactory(
      Duration allowedLateness,
      Ties<T> ties,
      boolean afterSorter,
      OutputTag<T> lateTag,
      TypeSerializer<T> serializer) {
    this.allowedLateness = allowedLateness;
    this.ties = ties;
    this.afterSorter = afterSorter;
    this.lateTag = lateTag;
    this.serializer = serializer;
    this.chainingStrategy = ChainingStrategy.ALWAYS;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <O extends StreamOperator<T>> O createStreamOperator(
      StreamOperatorParameters<T> parameters) {
    return (O)
        new EventTimeSorter<>(
            parameters, allowedLateness, ties, afterSorter, lateTag, serializer.duplicate());
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return EventTimeSorter.class;
  }
}
