package io.fastweights.operator.stored;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;

/**
 * Reads the union list states of savepoints up to format 6. Nothing writes such a state any more: a
 * checkpoint that has one is declined between the end of an operator's first subtask and that of
 * its last (FLINK-21080).
 */
@Internal
public final class FormerUnionState {
  private FormerUnionState() {}

  /**
   * What all subtasks wrote, and nothing if there is no such state. The state is taken out of the
   * backend, which would write it to every checkpoint to come.
   */
  public static <V> List<V> take(OperatorStateStore store, ListStateDescriptor<V> descriptor)
      throws Exception {
    List<V> values = new ArrayList<>();
    if (store.getRegisteredStateNames().contains(descriptor.getName())) {
      ListState<V> state = store.getUnionListState(descriptor);
      state.get().forEach(values::add);
      state.clear();
      // The set is a view of the backend's states, which have no other way out.
      store.getRegisteredStateNames().remove(descriptor.getName());
    }
    return values;
  }
}
