package io.fastweights.jobs.quality;

import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/** {@link QualityTotals} of a subtask as operator state, and as an accumulator of the job. */
final class QualityState {
  private final ListState<byte[]> state;
  private final QualityTotals totals;

  QualityState(Layout layout, FunctionInitializationContext context, RuntimeContext runtime)
      throws Exception {
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "quality", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    totals = new QualityTotals(layout);
    for (byte[] sums : state.get()) {
      totals.restore(sums);
    }
    runtime.addAccumulator(QualityTotals.NAME, totals);
  }

  QualityTotals totals() {
    return totals;
  }

  void snapshot() throws Exception {
    state.update(List.of(totals.bytes()));
  }

  /** Mean loss of the best baseline, less that of the memories; NaN before the first label. */
  double advantage() {
    double[] losses = totals.losses();
    return losses == null ? Double.NaN : losses[1] - losses[0];
  }
}
