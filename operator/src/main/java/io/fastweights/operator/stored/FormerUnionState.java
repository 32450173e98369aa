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
   * Reads the values of all subtasks; empty if there is no such state. Removes the state from the
   * backend, which would write it to every later checkpoint.
   */
  public static <V> List<V> take(OperatorStateStore store, ListStateDescriptor<V> descriptor)
      throws Exception {
    List<V> values = new ArrayList<>();
    if (store.getRegisteredStateNames().contains(descriptor.getName())) {
      ListState<V> state = store.getUnionListState(descriptor);
      state.get().forEach(values::add);
      state.clear();
      // The set is a view of the backend's states; there is no other way to remove one.
      store.getRegisteredStateNames().remove(descriptor.getName());
    }
    return values;
  }
}
