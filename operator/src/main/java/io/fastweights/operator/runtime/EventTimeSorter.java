package io.fastweights.operator.runtime;

import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.stored.FormerUnionState;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.stored.SubtaskState;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimeServiceManager;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Sorts the events of each key by time. Events wait in keyed state, as in Flink's CEP, until the
 * watermark has passed them by the allowed lateness; those of one time keep their arrival order.
 * The output watermark is held back by the same time, so that it never overtakes an event. Events
 * not after it are late and go to a side output. Events without a timestamp pass through, for the
 * operator to refuse. The end of the input releases all events.
 */
final class EventTimeSorter<K, T> extends AbstractStreamOperator<T>
    implements OneInputStreamOperator<T, T>, Triggerable<K, VoidNamespace> {
  private static final long serialVersionUID = 1L;

  private final transient long latenessMillis;
  private final transient Comparator<T> ties;
  private final transient boolean afterSorter;
  private final transient OutputTag<T> lateTag;
  private final transient TypeSerializer<T> serializer;

  private transient WaitingEvents<K, T> waiting;
  private transient SubtaskState numbers;
  private transient volatile long held;
  private transient volatile long advanced;
  private transient long restoredWatermark;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient Counter late;
  private transient TypeSerializer<Object> keySerializer;
  private transient boolean copies;
  private transient StreamRecord<T> reused;

  /**
   * @param ties order of a key's events of one time; null for arrival order
   * @param afterSorter true if the input was sorted for other keys: no event of it is late
   */
  EventTimeSorter(
      StreamOperatorParameters<T> parameters,
      Duration allowedLateness,
      Comparator<T> ties,
      boolean afterSorter,
      OutputTag<T> lateTag,
      TypeSerializer<T> serializer) {
    super(parameters);
    this.latenessMillis = allowedLateness.toMillis();
    this.ties = ties;
    this.afterSorter = afterSorter;
    this.lateTag = lateTag;
    this.serializer = serializer;
  }

  /**
   * Without it, a restored subtask would accept late events until its first watermark. Up to format
   * 6 every subtask read the watermarks of all.
   */
  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    waiting = WaitingEvents.of(getKeyedStateBackend(), serializer);
    restoredWatermark = Long.MAX_VALUE;
    for (long former :
        FormerUnionState.take(
            context.getOperatorStateStore(),
            new ListStateDescriptor<>(StoredNames.SORTER_6, LongSerializer.INSTANCE))) {
      restoredWatermark = Math.min(restoredWatermark, former);
    }
    numbers =
        new SubtaskState(
            context.getOperatorStateStore(), StoredNames.SORTER, getRuntimeContext().getTaskInfo());
    restoredWatermark = numbers.value(StoredNames.WATERMARK).orElse(restoredWatermark);
    held = numbers.isOwn() ? numbers.value(StoredNames.WAITING).orElse(0) : 0;
    if (restoredWatermark == Long.MAX_VALUE) {
      restoredWatermark = Long.MIN_VALUE;
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers =
        getInternalTimerService(StoredNames.EVENT_TIME, VoidNamespaceSerializer.INSTANCE, this);
    advanced = getProcessingTimeService().getCurrentProcessingTime();
    MetricGroup group = getMetricGroup().addGroup(FastWeightMetrics.GROUP);
    late = group.counter("late");
    group.gauge("waiting", this::held);
    group.gauge("waitingMillis", this::millisWaited);
    keySerializer = this.<Object>getKeyedStateBackend().getKeySerializer();
    copies = getExecutionConfig().isObjectReuseEnabled();
    reused = new StreamRecord<>(null);
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    if (!EventTimes.isStamped(element)) {
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
      // The heap backend keeps a reference to the key, which may be part of a reused element.
      setCurrentKey(keySerializer.copy(getCurrentKey()));
    }
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, timestamp);
    if (held == 0) {
      advanced = getProcessingTimeService().getCurrentProcessingTime();
    }
    count(1);
    waiting.add(timestamp, copies ? serializer.copy(element.getValue()) : element.getValue());
  }

  private void count(long more) {
    held = Math.max(0, held + more);
  }

  /** Number of events that wait. */
  long held() {
    return held;
  }

  /** Milliseconds since the last watermark while events wait. */
  long millisWaited() {
    return held == 0
        ? 0
        : Math.max(0, getProcessingTimeService().getCurrentProcessingTime() - advanced);
  }

  /**
   * The restored watermark of a rescaled subtask is that of another subtask. After an unaligned
   * checkpoint it may be ahead of events of sorted input that are still in flight.
   */
  private long watermark() {
    return afterSorter
        ? timers.currentWatermark()
        : Math.max(timers.currentWatermark(), restoredWatermark);
  }

  /** Times of a subtask fire in order, whatever their keys. */
  @Override
  public void onEventTime(InternalTimer<K, VoidNamespace> timer) throws Exception {
    long timestamp = timer.getTimestamp();
    List<T> events = waiting.take(timestamp);
    count(-events.size());
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

  /** The last watermark, at the end of the input: no event follows, so none waits. */
  @Override
  public void processWatermark(Watermark mark) throws Exception {
    long time = mark.getTimestamp();
    advanced = getProcessingTimeService().getCurrentProcessingTime();
    if (time == Long.MAX_VALUE) {
      super.processWatermark(mark);
    } else if (time > Long.MIN_VALUE + latenessMillis) {
      super.processWatermark(new Watermark(time - latenessMillis));
    }
  }

  /**
   * Releases all events at the end of the input and in a drain, before the downstream operators
   * finish. The last watermark may be missing: Flink drops the last one while a source is idle
   * (FLINK-40499).
   */
  @Override
  public void finish() throws Exception {
    InternalTimeServiceManager<?> services = getTimeServiceManager().orElseThrow();
    services.advanceWatermark(Watermark.MAX_WATERMARK);
    super.finish();
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    numbers.update(StoredNames.WATERMARK, watermark());
    numbers.update(StoredNames.WAITING, held);
  }
}
