package io.fastweights.operator.testkit;

import io.fastweights.operator.FastWeightStream;
import io.fastweights.operator.Trip;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.RefusedModel;
import io.fastweights.operator.refresh.ModelChecker;
import io.fastweights.operator.stored.CheckedWeights;
import java.util.List;
import java.util.Queue;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.InstantiationUtil;

/** Flink's harness around the operator that checks new weights. */
public final class CheckerHarness
    extends OneInputStreamOperatorTestHarness<ModelUpdate, CheckedWeights> {

  public CheckerHarness(ModelChecker checker) throws Exception {
    this(new ProcessOperator<>(checker));
  }

  /**
   * @param stream of a builder that accepts new weights
   */
  public CheckerHarness(FastWeightStream<Trip> stream) throws Exception {
    this(operator(stream));
  }

  private CheckerHarness(OneInputStreamOperator<ModelUpdate, CheckedWeights> operator)
      throws Exception {
    super(InstantiationUtil.clone(operator), TaskEnvironment.of(1, 1, 0));
    setup(ModelChecker.CHECKED.createSerializer(getExecutionConfig().getSerializerConfig()));
  }

  @SuppressWarnings("unchecked")
  private static OneInputStreamOperator<ModelUpdate, CheckedWeights> operator(
      FastWeightStream<Trip> stream) {
    return ((OneInputTransformation<ModelUpdate, CheckedWeights>)
            stream.refusedModels().getTransformation().getInputs().get(0))
        .getOperator();
  }

  /** Output that was not taken yet. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public Queue<StreamRecord<CheckedWeights>> records() {
    return (Queue) getOutput();
  }

  public List<CheckedWeights> accepted() {
    return extractOutputValues();
  }

  public List<RefusedModel> refused() {
    var records = getSideOutput(ModelChecker.REFUSED);
    return records == null ? List.of() : records.stream().map(StreamRecord::getValue).toList();
  }

  @Override
  public void close() {
    try {
      super.close();
      getEnvironment().close();
    } catch (Exception e) {
      throw new AssertionError("the harness did not close", e);
    }
  }
}
