package io.fastweights.operator.runtime;

import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.stored.StoredNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Puts the events of each key in the order of their time. Events wait in keyed state, as those of a
 * pattern do in Flink's CEP, until the watermark is past them by the allowed lateness; those of one
 * time keep the order of their arrival. The watermark that leaves is held back by the same time, so
 * that it never overtakes an event; what is not after it is late and goes to a side output. What
 * has no timestamp has no place in the order: it passes by, for the operator to refuse.
 */
final class EventTimeSorter<K, T> extends AbstractStreamOperator<T>
    implements OneInputStreamOperator<T, T>, Triggerable<K, VoidNamespace> {
  private static final long serialVersionUID = 1L;

  private final transient long latenessMillis;
  private final transient Comparator<T> ties;
  private final transient OutputTag<T> lateTag;
  private final transient TypeSerializer<T> serializer;

  private transient MapState<Long, List<T>> waiting;
  private transient ListState<Long> watermarks;
  private transient long restoredWatermark;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient Counter late;
  private transient TypeSerializer<Object> keySerializer;
  private transient boolean copies;
  private transient StreamRecord<T> reused;

  /**
   * @param ties which of a key's events of one time comes first; null for the order of arrival
   */
  EventTimeSorter(
      StreamOperatorParameters<T> parameters,
      Duration allowedLateness,
      Comparator<T> ties,
      OutputTag<T> lateTag,
      TypeSerializer<T> serializer) {
    super(parameters);
    this.latenessMillis = allowedLateness.toMillis();
    this.ties = ties;
    this.lateTag = lateTag;
    this.serializer = serializer;
  }

  /**
   * A restored subtask would take late events as early ones until its first watermark. The lowest
   * watermark of all subtasks is one that every key's events were before.
   */
  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    waiting =
        context
            .getKeyedStateStore()
            .getMapState(
                new MapStateDescriptor<>(
                    StoredNames.WAITING_EVENTS,
                    LongSerializer.INSTANCE,
                    new ListSerializer<>(serializer)));
    watermarks =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(StoredNames.WATERMARK, LongSerializer.INSTANCE));
    restoredWatermark = Long.MAX_VALUE;
    for (long watermark : watermarks.get()) {
      restoredWatermark = Math.min(restoredWatermark, watermark);
    }
    if (!context.isRestored() || restoredWatermark == Long.MAX_VALUE) {
      restoredWatermark = Long.MIN_VALUE;
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers =
        getInternalTimerService(StoredNames.EVENT_TIME, VoidNamespaceSerializer.INSTANCE, this);
    late = getMetricGroup().addGroup(FastWeightMetrics.GROUP).counter("late");
    keySerializer = this.<Object>getKeyedStateBackend().getKeySerializer();
    copies = getExecutionConfig().isObjectReuseEnabled();
    reused = new StreamRecord<>(null);
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    if (!element.hasTimestamp()) {
      output.collect(element);
      return;
    }
    long timestamp = element.getTimestamp();
    if (timestamp <= watermark()) {
      late.inc();
      output.collect(lateTag, element);
      return;
    }
    if (copies) {
      // The heap backend keeps the key that it is given, which may be a part of a reused element.
      setCurrentKey(keySerializer.copy(getCurrentKey()));
    }
    List<T> events = waiting.get(timestamp);
    if (events == null) {
      events = new ArrayList<>(1);
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, timestamp);
    }
    events.add(copies ? serializer.copy(element.getValue()) : element.getValue());
    waiting.put(timestamp, events);
  }

  private long watermark() {
    return Math.max(timers.currentWatermark(), restoredWatermark);
  }

  /** Times of a subtask fire in order, whatever their keys. */
  @Override
  public void onEventTime(InternalTimer<K, VoidNamespace> timer) throws Exception {
    long timestamp = timer.getTimestamp();
    List<T> events = waiting.get(timestamp);
    waiting.remove(timestamp);
    if (ties != null) {
      events.sort(ties);
    }
    for (T event : events) {
      output.collect(reused.replace(event, timestamp));
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<K, VoidNamespace> timer) {
    throw new IllegalStateException("no timer of processing time was registered");
  }

  /** The last watermark, at the end of the input, says that no event follows: nothing is held. */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    long time = mark.getTimestamp();
    if (time == Long.MAX_VALUE) {
      super.processWatermark(mark);
    } else if (time > Long.MIN_VALUE + latenessMillis) {
      super.processWatermark(new Watermark(time - latenessMillis));
    }
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    watermarks.update(List.of(watermark()));
  }
}
