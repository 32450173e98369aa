package io.fastweights.operator.runtime;

import io.fastweights.operator.api.EventReader;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.stored.CheckedWeights;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.OutputTag;

/**
 * The operator with a second input for new weights. That input does not affect the watermarks of
 * the first.
 */
@Internal
public final class RefreshedOperator<T> extends FastWeightOperator<T>
    implements TwoInputStreamOperator<T, CheckedWeights, Prediction<T>> {
  private static final long serialVersionUID = 1L;

  RefreshedOperator(
      StreamOperatorParameters<Prediction<T>> parameters,
      ModelSpec spec,
      boolean timed,
      EventReader<T> reader,
      Configuration options,
      OutputTag<Malformed<T>> malformedTag,
      OutputTag<Prediction<T>> answersTag,
      TypeSerializer<T> serializer,
      EngineSource engines) {
    super(
        parameters,
        spec,
        timed,
        true,
        reader,
        options,
        malformedTag,
        answersTag,
        serializer,
        engines);
  }

  @Override
  public void processElement1(StreamRecord<T> element) throws Exception {
    processElement(element);
  }

  @Override
  public void processElement2(StreamRecord<CheckedWeights> element) throws Exception {
    refresh(element.getValue());
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    processWatermark(mark);
  }

  @Override
  public void processWatermark2(Watermark mark) {}

  @Override
  public void processWatermark1(WatermarkEvent mark) throws Exception {
    processWatermark(mark);
  }

  @Override
  public void processWatermark2(WatermarkEvent mark) {}

  @Override
  protected void processWatermarkStatus(WatermarkStatus status, int input) throws Exception {
    if (input == 0) {
      processWatermarkStatus(status);
    }
  }

  @Override
  public void processRecordAttributes1(RecordAttributes attributes) {
    try {
      processRecordAttributes(attributes);
    } catch (Exception e) {
      throw new FlinkRuntimeException("events before the attributes cannot be answered", e);
    }
  }

  @Override
  public void processRecordAttributes2(RecordAttributes attributes) {}
}
