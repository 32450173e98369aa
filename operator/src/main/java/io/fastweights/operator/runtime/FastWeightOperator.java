package io.fastweights.operator.runtime;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.cache.HotKey;
import io.fastweights.operator.cache.HotMemory;
import io.fastweights.operator.cache.KeyLength;
import io.fastweights.operator.metrics.FastWeightMetric;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.metrics.FlushReason;
import io.fastweights.operator.metrics.OperatorSpans;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.LiveModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.state.FastWeightStore;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.sorted.state.BatchExecutionKeyedStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * A fast-weight memory for each key: every event reads its key's W, is answered, and rewrites it.
 *
 * <p>Events are buffered until a batch is full, has waited long enough, or is followed by an input
 * that must not overtake it; each case calls {@link #flush}. A checkpoint is taken with no event
 * buffered and every memory saved, so it does not depend on the cache.
 */
@Internal
public sealed class FastWeightOperator<T> extends AbstractStreamOperator<Prediction<T>>
    implements OneInputStreamOperator<T, Prediction<T>>, ProcessingTimeCallback
    permits RefreshedOperator {
  public static final String NO_BATCH =
      "fastweights runs in STREAMING execution: in BATCH a key's state is gone when the next key"
          + " comes, and memories would be lost; set execution.runtime-mode to STREAMING (a"
          + " bounded input is fine)";

  private static final long serialVersionUID = 1L;

  private final transient ModelSpec spec;
  private final transient boolean timed;
  private final transient boolean refreshed;
  private final transient EventReader<T> reader;
  private final transient Configuration options;
  private final transient OutputTag<Malformed<T>> malformedTag;
  private final transient OutputTag<Prediction<T>> answersTag;
  private final transient TypeSerializer<T> serializer;
  private final transient EngineSource engines;
  private final transient MailboxExecutor mailbox;

  private transient TypeSerializer<Object> keySerializer;
  private transient LiveModel live;
  private transient ServedModel served;
  private transient KeyExpiry expiry;
  private transient UnwatchedKeys unwatched;
  private transient EventIntake<T> intake;
  private transient BatchRunner<T> runner;
  private transient ResultEmitter<T> results;
  private transient FastWeightMetrics metrics;
  private transient OperatorSpans spans;
  private transient Linger linger;
  private transient boolean copies;

  /**
   * @param timed true if an event without a timestamp is malformed
   * @param refreshed true if {@link #refresh} will be called
   * @param answersTag of predictions and marks of forgotten keys; null if nothing reads them
   */
  FastWeightOperator(
      StreamOperatorParameters<Prediction<T>> parameters,
      ModelSpec spec,
      boolean timed,
      boolean refreshed,
      EventReader<T> reader,
      Configuration options,
      OutputTag<Malformed<T>> malformedTag,
      OutputTag<Prediction<T>> answersTag,
      TypeSerializer<T> serializer,
      EngineSource engines) {
    super(parameters);
    this.spec = spec;
    this.timed = timed;
    this.refreshed = refreshed;
    this.reader = reader;
    this.options = options;
    this.malformedTag = malformedTag;
    this.answersTag = answersTag;
    this.serializer = serializer;
    this.engines = engines;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    if (getKeyedStateBackend() instanceof BatchExecutionKeyedStateBackend) {
      throw new IllegalStateException(NO_BATCH);
    }
    keySerializer = this.<Object>getKeyedStateBackend().getKeySerializer();
    live = new LiveModel(spec, options);
    live.restore(context.getOperatorStateStore(), refreshed);
    served = new ServedModel(live, context.getKeyedStateStore(), options);
    unwatched =
        UnwatchedKeys.restore(
            context.getOperatorStateStore(),
            getRuntimeContext().getTaskInfo(),
            context.isRestored());
    expiry = new KeyExpiry(options.get(FastWeightOptions.TTL).toMillis(), unwatched::lostTimers);
  }

  @Override
  public void open() throws Exception {
    super.open();
    metrics = new FastWeightMetrics(getMetricGroup());
    Configuration taskManager =
        getContainingTask().getEnvironment().getTaskManagerInfo().getConfiguration();
    served.open(
        new TaskEngine(engines, options, getRuntimeContext(), taskManager, metrics),
        new KeyLength(keySerializer),
        this::setCurrentKey,
        getProcessingTimeService()::getCurrentProcessingTime);
    spans = new OperatorSpans(getMetricGroup(), served.memory().counts());
    results = new ResultEmitter<>(output, malformedTag, answersTag, live, mailbox, metrics, spans);
    serve();
    metrics.observe(served.memory().counts());
    metrics.gauge(FastWeightMetric.TTL_EXPIRED, expiry::expired);
    metrics.gauge(FastWeightMetric.TTL_PURGED, expiry::purged);
    metrics.gauge(FastWeightMetric.MODEL_VERSION, live::version);
    metrics.gauge(FastWeightMetric.MODEL_REFRESHES, live::refreshes);
    long lingerMillis = options.get(FastWeightOptions.LINGER).toMillis();
    linger = new Linger(lingerMillis, getProcessingTimeService(), this);
    copies = getExecutionConfig().isObjectReuseEnabled();
  }

  /** Creates the objects that depend on the model and its engine. */
  private void serve() throws Exception {
    EventModel model = served.model();
    intake = new EventIntake<>(reader, model, EventTimes.of(timed, model, options));
    runner = served.newRunner(expiry, results);
    if (expiry.isOn()) {
      beginPurging();
    }
  }

  /**
   * Switches to other weights. Earlier events are answered by the previous weights, later ones by
   * the new ones. Memories are saved by the old model and loaded by the new one, or all reset if
   * the generations differ.
   */
  final void refresh(CheckedWeights next) throws Exception {
    flush(FlushReason.REFRESH);
    spans.begin();
    boolean reset = served.resets(next);
    if (reset) {
      served.store().clearAll(getKeyedStateBackend());
      unwatched.cleared();
    }
    served.refresh(next, reset);
    serve();
    spans.refreshed(live.version(), reset);
    LOG.info("{} serves{}", next, reset ? ", all memories are empty" : "");
  }

  private void beginPurging() throws Exception {
    InternalTimerService<VoidNamespace> timers =
        this.<Object, VoidNamespace>getInternalTimerService(
            StoredNames.EXPIRY, VoidNamespaceSerializer.INSTANCE, expiry);
    ValueState<Long> timer =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>(StoredNames.EXPIRY_TIMER, Types.LONG));
    expiry.purge(served.memory(), served.store(), this::setCurrentKey, timer, timers);
  }

  /** Their timers need event time, which starts with the first watermark. */
  private void watchUnwatchedKeys(long watermark) throws Exception {
    if (expiry.isOn() && unwatched.areToBeFound() && watermark < Long.MAX_VALUE) {
      unwatched.find(
          getKeyedStateBackend(),
          served.store().states(),
          getProcessingTimeService(),
          expiry::watchStored);
    }
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    Batcher<T> batcher = runner.collecting();
    Pending<T> pending = batcher.next();
    try {
      intake.read(element, pending.encoded);
    } catch (MalformedEventException e) {
      results.refuse(element, e.getMessage());
      return;
    }
    if (intake.forgets()) {
      forget(element);
      return;
    }
    if (batcher.isEmpty()) {
      batcher.deadline = linger.deadline();
    }
    pending.event = pending.encoded;
    pending.id = intake.id();
    pending.candidates = intake.candidates();
    pending.item = intake.item();
    // With object reuse the chain may fill the same element again before the batch is stepped, and
    // with it a key that is a part of it.
    pending.key = copies ? keySerializer.copy(getCurrentKey()) : getCurrentKey();
    pending.value = copies ? serializer.copy(element.getValue()) : element.getValue();
    pending.hasTimestamp = EventTimes.isStamped(element);
    pending.timestamp = pending.hasTimestamp ? element.getTimestamp() : 0;
    batcher.add();
    if (batcher.isFull() || linger.isOff()) {
      flush(FlushReason.SIZE);
    } else {
      linger.start(runner);
    }
  }

  /** Empties the memory of an event's key, which is the current one, behind all events before. */
  private void forget(StreamRecord<T> element) throws Exception {
    Object key = getCurrentKey();
    flush(FlushReason.FORGET);
    // The batch has set the keys of its own events.
    setCurrentKey(key);
    HotKey hot = served.memory().peek(key);
    if (hot != null) {
      served.memory().forget(hot);
    }
    served.store().clear();
    results.forgotten(element);
  }

  /**
   * Executes all buffered events and emits their results. The results of a full batch may follow
   * later, but within the linger time.
   */
  private void flush(FlushReason reason) throws Exception {
    if (!runner.collecting().isEmpty()) {
      runner.step(reason);
    }
    if (reason == FlushReason.SIZE && !linger.isOff()) {
      linger.start(runner);
    } else {
      runner.completeAll();
      linger.stop();
    }
  }

  @Override
  public void onProcessingTime(long time) throws Exception {
    long now = linger.fired(time);
    Batcher<T> waiting = runner.longestWaiting();
    if (!waiting.isEmpty() && waiting.deadline <= now) {
      runner.completeAll();
      if (runner.collecting().deadline <= now) {
        flush(FlushReason.LINGER);
      }
    }
    linger.start(runner);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    flush(FlushReason.WATERMARK);
    super.processWatermark(mark);
    watchUnwatchedKeys(mark.getTimestamp());
  }

  /** A user-defined watermark of the DataStream API V2. */
  @Override
  public void processWatermark(WatermarkEvent mark) throws Exception {
    flush(FlushReason.WATERMARK);
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    flush(FlushReason.WATERMARK);
    super.processWatermarkStatus(status);
  }

  @Override
  public void processRecordAttributes(RecordAttributes attributes) throws Exception {
    flush(FlushReason.WATERMARK);
    super.processRecordAttributes(attributes);
  }

  /** Emit results before the barrier. */
  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    flush(FlushReason.BARRIER);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    spans.begin();
    served.memory().saveAll();
    spans.saved(context.getCheckpointId());
    live.snapshot();
    unwatched.snapshot(expiry.isOn());
  }

  @Override
  public void finish() throws Exception {
    flush(FlushReason.END_OF_INPUT);
    super.finish();
  }

  /** For tests. */
  public KeyExpiry expiry() {
    return expiry;
  }

  /** For tests. */
  public FastWeightStore store() {
    return served.store();
  }

  /** For tests. */
  HotMemory memory() {
    return served.memory();
  }

  @Override
  public void close() throws Exception {
    try {
      if (unwatched != null) {
        unwatched.close();
      }
      if (served != null) {
        served.close();
      }
    } finally {
      super.close();
    }
  }
}
