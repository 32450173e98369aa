package io.fastweights.state.savepoint;

import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/** Counts the records that an operator emits, and drops them. */
final class CountingOutput<T> implements Output<StreamRecord<T>> {
  private long answers;
  private long aside;

  long answers() {
    return answers;
  }

  long aside() {
    return aside;
  }

  @Override
  public void collect(StreamRecord<T> answer) {
    answers++;
  }

  @Override
  public <X> void collect(OutputTag<X> tag, StreamRecord<X> value) {
    aside++;
  }

  @Override
  public void emitWatermark(Watermark mark) {}

  @Override
  public void emitWatermark(WatermarkEvent mark) {}

  @Override
  public void emitWatermarkStatus(WatermarkStatus status) {}

  @Override
  public void emitLatencyMarker(LatencyMarker marker) {}

  @Override
  public void emitRecordAttributes(RecordAttributes attributes) {}

  @Override
  public void close() {}
}
