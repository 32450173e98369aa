package io.fastweights.operator.runtime;

import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.cache.CacheSlots;
import io.fastweights.operator.cache.HotKey;
import io.fastweights.operator.cache.HotMemory;
import io.fastweights.operator.cache.KeyLength;
import io.fastweights.operator.metrics.FastWeightMetric;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.metrics.FlushReason;
import io.fastweights.operator.metrics.OperatorSpans;
import io.fastweights.operator.model.EngineThread;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.Fading;
import io.fastweights.operator.model.GpuResource;
import io.fastweights.operator.model.LiveModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.FormerUnionState;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.stored.SubtaskState;
import io.fastweights.state.FastWeightStore;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService.ProcessingTimeCallback;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
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
    implements OneInputStreamOperator<T, Prediction<T>>,
        ProcessingTimeCallback,
        BatchRunner.Output<T>
    permits RefreshedOperator {
  public static final String NO_BATCH =
      "fastweights runs in STREAMING execution: in BATCH a key's state is gone when the next key"
          + " comes, and memories would be lost; set execution.runtime-mode to STREAMING (a"
          + " bounded input is fine)";

  private static final long serialVersionUID = 1L;

  private static final ListStateDescriptor<Long> FORMER_EXPIRIES =
      new ListStateDescriptor<>(StoredNames.EXPIRY, Types.LONG);

  private final transient ModelSpec spec;
  private final transient boolean timed;
  private final transient boolean refreshed;
  private final transient EventReader<T> reader;
  private final transient Configuration options;
  private final transient OutputTag<Malformed<T>> malformedTag;
  private final transient TypeSerializer<T> serializer;
  private final transient EngineSource engines;
  private final transient MailboxExecutor mailbox;

  private transient TypeSerializer<Object> keySerializer;
  private transient KeyedStateStore keyedState;
  private transient LiveModel live;
  private transient EventModel model;
  private transient RawEvent rawEvent;
  private transient EventTimes times;
  private transient KeyExpiry expiry;
  private transient UnwatchedKeys unwatched;
  private transient Engine engine;
  private transient FastWeightStore store;
  private transient HotMemory memory;
  private transient BatchRunner<T> runner;
  private transient FastWeightMetrics metrics;
  private transient OperatorSpans spans;
  private transient Overflow overflow;
  private transient ScheduledFuture<?> linger;
  private transient long lingerMillis;
  private transient boolean copies;
  private transient StreamRecord<Prediction<T>> reused;

  /**
   * @param timed true if an event without a timestamp is malformed
   * @param refreshed true if {@link #refresh} will be called
   */
  FastWeightOperator(
      StreamOperatorParameters<Prediction<T>> parameters,
      ModelSpec spec,
      boolean timed,
      boolean refreshed,
      EventReader<T> reader,
      Configuration options,
      OutputTag<Malformed<T>> malformedTag,
      TypeSerializer<T> serializer,
      EngineSource engines) {
    super(parameters);
    this.spec = spec;
    this.timed = timed;
    this.refreshed = refreshed;
    this.reader = reader;
    this.options = options;
    this.malformedTag = malformedTag;
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
    model = live.model();
    keyedState = context.getKeyedStateStore();
    store = newStore();
    OperatorStateStore operatorState = context.getOperatorStateStore();
    // Up to format 6 a drained job's savepoint did not record the timers that had fired.
    FormerUnionState.take(operatorState, FORMER_EXPIRIES);
    SubtaskState watched =
        new SubtaskState(
            operatorState, StoredNames.EXPIRY_WATCHED, getRuntimeContext().getTaskInfo());
    unwatched = new UnwatchedKeys(watched, context.isRestored());
    expiry = new KeyExpiry(options.get(FastWeightOptions.TTL).toMillis(), unwatched::lostTimers);
  }

  private FastWeightStore newStore() {
    return new FastWeightStore(
        keyedState,
        model.model().memory(),
        LogShape.of(model.model()),
        model.recipe(),
        model.schema(),
        live.generation());
  }

  @Override
  public void open() throws Exception {
    super.open();
    metrics = new FastWeightMetrics(getMetricGroup());
    overflow = new Overflow();
    engine = newEngine();
    memory =
        new HotMemory(
            engine,
            storage(),
            store,
            options.get(FastWeightOptions.FOLD_THRESHOLD),
            options.get(FastWeightOptions.UNSAVED_KEYS),
            new KeyLength(keySerializer),
            this::setCurrentKey,
            getProcessingTimeService()::getCurrentProcessingTime);
    serve();
    metrics.observe(memory.counts());
    spans = new OperatorSpans(getMetricGroup(), memory.counts());
    metrics.gauge(FastWeightMetric.TTL_EXPIRED, expiry::expired);
    metrics.gauge(FastWeightMetric.TTL_PURGED, expiry::purged);
    metrics.gauge(FastWeightMetric.MODEL_VERSION, live::version);
    metrics.gauge(FastWeightMetric.MODEL_REFRESHES, live::refreshes);
    lingerMillis = options.get(FastWeightOptions.LINGER).toMillis();
    copies = getExecutionConfig().isObjectReuseEnabled();
    reused = new StreamRecord<>(null);
  }

  /** Creates the objects that depend on the model and its engine. */
  private void serve() throws Exception {
    rawEvent = model.newEvent();
    times = EventTimes.of(timed, model, options);
    runner =
        new BatchRunner<>(
            model,
            engine,
            memory,
            expiry,
            new Fading(options.get(FastWeightOptions.HALF_LIFE)),
            options.get(FastWeightOptions.ORDER),
            options.get(FastWeightOptions.BATCH_SIZE),
            options.get(FastWeightOptions.EMBEDDING),
            this);
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
    boolean forget = next.generation() != live.generation();
    if (forget) {
      store.clearAll(getKeyedStateBackend());
      unwatched.cleared();
    } else {
      memory.saveAll();
    }
    engine.close();
    live.refresh(next);
    model = live.model();
    store = forget ? newStore() : store;
    engine = newEngine();
    memory.moveTo(engine, store);
    serve();
    spans.refreshed(live.version(), forget);
    LOG.info("{} serves{}", next, forget ? ", all memories are empty" : "");
  }

  private void beginPurging() throws Exception {
    InternalTimerService<VoidNamespace> timers =
        this.<Object, VoidNamespace>getInternalTimerService(
            StoredNames.EXPIRY, VoidNamespaceSerializer.INSTANCE, expiry);
    ValueState<Long> timer =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>(StoredNames.EXPIRY_TIMER, Types.LONG));
    expiry.purge(memory, store, this::setCurrentKey, timer, timers);
  }

  /** Their timers need event time, which starts with the first watermark. */
  private void watchUnwatchedKeys(long watermark) throws Exception {
    if (expiry.isOn() && unwatched.areToBeFound() && watermark < Long.MAX_VALUE) {
      unwatched.find(
          getKeyedStateBackend(), store.states(), getProcessingTimeService(), expiry::watchStored);
    }
  }

  /** A device short of memory may hold fewer keys than configured, but a batch must fit. */
  private Engine newEngine() {
    int batchSize = options.get(FastWeightOptions.BATCH_SIZE);
    EngineOptions engineOptions =
        new EngineOptions(
            options.get(FastWeightOptions.ENGINE),
            CacheSlots.of(
                options.get(FastWeightOptions.CACHE_SIZE),
                model.model().memory(),
                storage(),
                batchSize),
            batchSize + 1,
            storage(),
            GpuResource.deviceIndex(getRuntimeContext()),
            Long.MAX_VALUE,
            options.get(FastWeightOptions.CUDA_DENSE_PRODUCTS));
    Engine created = metrics.chosen(engines.choose(model.model(), engineOptions));
    String warning =
        CacheSlots.warning(created.pool(), storage(), Runtime.getRuntime().maxMemory());
    if (warning != null) {
      LOG.warn(warning);
    }
    return metrics.timed(
        EngineThread.where(
            created,
            batchSize,
            options.get(FastWeightOptions.LINGER),
            options.get(FastWeightOptions.ENGINE_THREAD),
            getContainingTask().getEnvironment().getTaskManagerInfo().getConfiguration()));
  }

  private Storage storage() {
    return options.get(FastWeightOptions.STORAGE).storage();
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    Batcher<T> batcher = runner.collecting();
    Pending<T> pending = batcher.next();
    try {
      read(element, pending.encoded);
    } catch (MalformedEventException e) {
      refuse(
          element.getValue(),
          EventTimes.isStamped(element),
          element.getTimestamp(),
          e.getMessage());
      return;
    }
    if (rawEvent.forgets()) {
      forget();
      return;
    }
    if (batcher.isEmpty()) {
      batcher.deadline = getProcessingTimeService().getCurrentProcessingTime() + lingerMillis;
    }
    pending.event = pending.encoded;
    pending.id = rawEvent.id();
    // With object reuse the chain may fill the same element again before the batch is stepped, and
    // with it a key that is a part of it.
    pending.key = copies ? keySerializer.copy(getCurrentKey()) : getCurrentKey();
    pending.value = copies ? serializer.copy(element.getValue()) : element.getValue();
    pending.hasTimestamp = EventTimes.isStamped(element);
    pending.timestamp = pending.hasTimestamp ? element.getTimestamp() : 0;
    batcher.add();
    if (batcher.isFull() || lingerMillis == 0) {
      flush(FlushReason.SIZE);
    } else if (linger == null) {
      startLinger();
    }
  }

  /**
   * @param into takes the event as the model takes it, unless it forgets its key
   */
  private void read(StreamRecord<T> element, EncodedEvent into) throws MalformedEventException {
    rawEvent.clear();
    times.begin(element, rawEvent);
    try {
      reader.read(element.getValue(), rawEvent);
    } catch (RuntimeException e) {
      LOG.debug("the event reader failed", e);
      throw new MalformedEventException("the event reader failed: " + e);
    }
    if (rawEvent.forgets()) {
      return;
    }
    times.check(rawEvent);
    model.encode(rawEvent, into);
  }

  /** Empties the memory of the current key, behind all events before this one. */
  private void forget() throws Exception {
    Object key = getCurrentKey();
    flush(FlushReason.FORGET);
    // The batch has set the keys of its own events.
    setCurrentKey(key);
    HotKey hot = memory.peek(key);
    if (hot != null) {
      memory.forget(hot);
    }
    store.clear();
    metrics.forgotten();
  }

  /**
   * Executes all buffered events and emits their results. The results of a full batch may follow
   * later, but within the linger time.
   */
  private void flush(FlushReason reason) throws Exception {
    if (!runner.collecting().isEmpty()) {
      runner.step(reason);
    }
    if (reason == FlushReason.SIZE && lingerMillis > 0) {
      startLinger();
    } else {
      runner.completeAll();
      stopLinger();
    }
  }

  /**
   * Sets a timer for the deadline of the events that have waited longest. An existing timer fires
   * no later and is kept, even if its events were answered since: a new timer for every full batch
   * would wake a thread each time.
   */
  private void startLinger() {
    Batcher<T> waiting = runner.longestWaiting();
    if (linger == null && !waiting.isEmpty()) {
      linger = getProcessingTimeService().registerTimer(waiting.deadline, this);
    }
  }

  private void stopLinger() {
    if (linger != null) {
      linger.cancel(false);
      linger = null;
    }
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
            model.target(event),
            embedding,
            live.version(),
            pending.seen);
    if (pending.hasTimestamp) {
      reused.replace(prediction, pending.timestamp);
    } else {
      reused.eraseTimestamp();
      reused.replace(prediction);
    }
    output.collect(reused);
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

  private void refuse(T value, boolean hasTimestamp, long timestamp, String reason) {
    metrics.malformed();
    Malformed<T> malformed = new Malformed<>(value, reason);
    output.collect(
        malformedTag,
        hasTimestamp ? new StreamRecord<>(malformed, timestamp) : new StreamRecord<>(malformed));
  }

  @Override
  public void onProcessingTime(long time) throws Exception {
    linger = null;
    // A kept timer may fire late, when other events are due.
    long now = Math.max(time, getProcessingTimeService().getCurrentProcessingTime());
    Batcher<T> waiting = runner.longestWaiting();
    if (!waiting.isEmpty() && waiting.deadline <= now) {
      runner.completeAll();
      if (runner.collecting().deadline <= now) {
        flush(FlushReason.LINGER);
      }
    }
    startLinger();
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
    memory.saveAll();
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
    return store;
  }

  /** For tests. */
  HotMemory memory() {
    return memory;
  }

  @Override
  public void close() throws Exception {
    try {
      if (unwatched != null) {
        unwatched.close();
      }
      if (engine != null) {
        engine.close();
      }
    } finally {
      super.close();
    }
  }
}
