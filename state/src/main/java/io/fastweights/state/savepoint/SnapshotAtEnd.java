package io.fastweights.state.savepoint;

import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.state.api.output.SnapshotUtils;
import org.apache.flink.state.api.output.TaggedOperatorSubtaskState;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.StreamTaskStateInitializer;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Runs an operator as a job does, and writes its state as a part of a savepoint when its input has
 * ended. It emits only that part.
 *
 * <p>It runs in a task like any other. Flink's own bootstrap runs an operator in a thread beside
 * the task. A failure there is not reported, and the savepoint would lack that subtask's keys.
 */
final class SnapshotAtEnd<T, A> implements OneInputStreamOperator<T, byte[]>, BoundedOneInput {
  private static final long serialVersionUID = 1L;

  /** Checkpoint id of a savepoint that no job took. */
  static final long CHECKPOINT_ID = 1;

  private final transient OneInputStreamOperator<T, A> operator;
  private final transient CountingOutput<A> answers;
  private final transient StreamOperatorParameters<byte[]> parameters;
  private final transient Output<StreamRecord<byte[]>> output;
  private final transient Path savepoint;

  SnapshotAtEnd(
      OneInputStreamOperator<T, A> operator,
      CountingOutput<A> answers,
      StreamOperatorParameters<byte[]> parameters,
      Path savepoint) {
    this.operator = operator;
    this.answers = answers;
    this.parameters = parameters;
    this.output = parameters.getOutput();
    this.savepoint = savepoint;
  }

  @Override
  public void endInput() throws Exception {
    int subtask =
        parameters.getContainingTask().getEnvironment().getTaskInfo().getIndexOfThisSubtask();
    TaggedOperatorSubtaskState snapshot =
        SnapshotUtils.snapshot(
            CHECKPOINT_ID,
            operator,
            subtask,
            System.currentTimeMillis(),
            CheckpointingMode.EXACTLY_ONCE,
            false,
            parameters.getContainingTask().getConfiguration().getConfiguration(),
            savepoint);
    SubtaskSnapshot part =
        new SubtaskSnapshot(subtask, snapshot.state, answers.answers(), answers.aside());
    output.collect(new StreamRecord<>(part.toBytes()));
  }

  @Override
  public void processElement(StreamRecord<T> element) throws Exception {
    operator.processElement(element);
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    operator.processWatermark(mark);
  }

  @Override
  public void processWatermark(WatermarkEvent mark) throws Exception {
    operator.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    operator.processWatermarkStatus(status);
  }

  @Override
  public void processLatencyMarker(LatencyMarker marker) throws Exception {
    operator.processLatencyMarker(marker);
  }

  @Override
  public void processRecordAttributes(RecordAttributes attributes) throws Exception {
    operator.processRecordAttributes(attributes);
  }

  @Override
  public void initializeState(StreamTaskStateInitializer states) throws Exception {
    operator.initializeState(states);
  }

  @Override
  public void open() throws Exception {
    operator.open();
  }

  @Override
  public void finish() throws Exception {
    operator.finish();
  }

  @Override
  public void close() throws Exception {
    operator.close();
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpointId);
  }

  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory storage)
      throws Exception {
    return operator.snapshotState(checkpointId, timestamp, options, storage);
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    operator.notifyCheckpointComplete(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    operator.notifyCheckpointAborted(checkpointId);
  }

  @Override
  public void setKeyContextElement1(StreamRecord<?> element) throws Exception {
    operator.setKeyContextElement1(element);
  }

  @Override
  public void setKeyContextElement2(StreamRecord<?> element) throws Exception {
    operator.setKeyContextElement2(element);
  }

  @Override
  public void setCurrentKey(Object key) {
    operator.setCurrentKey(key);
  }

  @Override
  public Object getCurrentKey() {
    return operator.getCurrentKey();
  }

  @Override
  public OperatorMetricGroup getMetricGroup() {
    return operator.getMetricGroup();
  }

  @Override
  public OperatorID getOperatorID() {
    return operator.getOperatorID();
  }
}
