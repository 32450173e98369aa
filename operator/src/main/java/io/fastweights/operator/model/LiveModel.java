package io.fastweights.operator.model;

import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.CheckedWeightsSerializer;
import io.fastweights.operator.stored.FormerUnionState;
import io.fastweights.operator.stored.StoredNames;
import java.io.IOException;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.configuration.Configuration;

/**
 * The live model of a subtask: with the job's own weights, or with the last update. All subtasks
 * have the same one in a checkpoint, and each writes it. So every restored subtask finds it, at any
 * parallelism and whichever subtasks had finished.
 */
@Internal
public final class LiveModel {
  private final ModelSpec spec;
  private final Configuration options;
  private BroadcastState<String, CheckedWeights> state;
  private CheckedWeights checked;
  private EventModel model;
  private long refreshes;

  public LiveModel(ModelSpec spec, Configuration options) {
    this.spec = spec;
    this.options = options;
  }

  /**
   * Starts with the weights of a checkpoint, or with the job's own.
   *
   * @param refreshed true if the job accepts new weights
   * @throws IllegalStateException if it does not, but the checkpoint has new weights
   */
  public void restore(OperatorStateStore store, boolean refreshed) throws Exception {
    for (CheckedWeights former :
        FormerUnionState.take(
            store,
            new ListStateDescriptor<>(
                StoredNames.SERVED_WEIGHTS_6, new CheckedWeightsSerializer()))) {
      checked = former;
    }
    if (refreshed
        || store.getRegisteredBroadcastStateNames().contains(StoredNames.SERVED_WEIGHTS)) {
      state =
          store.getBroadcastState(
              new MapStateDescriptor<>(
                  StoredNames.SERVED_WEIGHTS,
                  StringSerializer.INSTANCE,
                  new CheckedWeightsSerializer()));
      CheckedWeights stored = state.get(StoredNames.SERVED_WEIGHTS);
      checked = stored == null ? checked : stored;
    }
    if (checked != null && !refreshed) {
      throw new IllegalStateException(
          "the checkpoint has weights of "
              + checked
              + ", which this job would not serve: it needs refresh(...) as the job before had");
    }
    model = checked == null ? spec.create(options) : create();
  }

  private EventModel create() throws IOException {
    return spec.with(WeightsFile.load(checked.bytes(), checked.path()).weights()).create(options);
  }

  /** Switches to other weights. */
  public void refresh(CheckedWeights next) throws IOException {
    checked = next;
    model = create();
    refreshes++;
  }

  public void snapshot() throws Exception {
    if (state != null && checked != null) {
      state.put(StoredNames.SERVED_WEIGHTS, checked);
    }
  }

  public EventModel model() {
    return model;
  }

  /** 0 for the job's own weights. */
  public long version() {
    return checked == null ? 0 : checked.version();
  }

  /** Of the memories; see {@link CheckedWeights#generation()}. */
  public long generation() {
    return checked == null ? 0 : checked.generation();
  }

  /** Number of times that the weights were replaced. */
  public long refreshes() {
    return refreshes;
  }
}
