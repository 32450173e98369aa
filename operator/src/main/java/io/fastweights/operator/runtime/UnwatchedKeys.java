package io.fastweights.operator.runtime;

import io.fastweights.operator.stored.FormerUnionState;
import io.fastweights.operator.stored.StoredNames;
import io.fastweights.operator.stored.SubtaskState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.TestableKeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.util.function.ThrowingConsumer;

/**
 * The keys in state that may have no timer of their expiry: those of a job that ran without a ttl,
 * and those of a drained one, whose last watermark fired every timer. They are iterated once, by
 * the keys alone, in slices between which events are processed.
 */
final class UnwatchedKeys implements AutoCloseable {
  private static final ListStateDescriptor<Long> FORMER_EXPIRIES =
      new ListStateDescriptor<>(StoredNames.EXPIRY, Types.LONG);

  /** Some keys may have no timer. */
  private static final long SOME = 0;

  /** Each key of this subtask has a timer; nothing is known of other subtasks' keys. */
  private static final long NONE_HERE = 1;

  /** Each key of the job has had a timer since the job began. */
  private static final long NONE = 2;

  private static final int SLICE = 512;
  private static final long PAUSE_MILLIS = 5;

  private final SubtaskState state;
  private final Deque<String> states = new ArrayDeque<>();
  private long known;
  private Stream<Object> open;
  private Iterator<Object> keys;

  /**
   * Restores what a checkpoint records of the timers.
   *
   * @param restored false if the job begins without state
   */
  static UnwatchedKeys restore(OperatorStateStore store, TaskInfo task, boolean restored)
      throws Exception {
    // Up to format 6 a drained job's savepoint did not record the timers that had fired.
    FormerUnionState.take(store, FORMER_EXPIRIES);
    return new UnwatchedKeys(new SubtaskState(store, StoredNames.EXPIRY_WATCHED, task), restored);
  }

  /**
   * @param restored false if the job begins without state
   */
  private UnwatchedKeys(SubtaskState state, boolean restored) throws Exception {
    this.state = state;
    long stored = state.value(StoredNames.WATCHED).orElse(SOME);
    boolean holds = stored == NONE || stored == NONE_HERE && state.isOwn();
    known = !restored ? NONE : holds ? stored : SOME;
  }

  /** True if keys may exist that the iteration has not covered yet. */
  boolean areToBeFound() {
    return known == SOME && keys == null;
  }

  /** Some keys may have no timer from now on. */
  void lostTimers() {
    close();
    known = SOME;
  }

  /** No key is in state. */
  void cleared() {
    close();
    known = NONE_HERE;
  }

  /**
   * Iterates the keys of some states. The first slice runs at once, the others from processing-time
   * timers.
   *
   * @param watch sets the timer of a key
   */
  void find(
      KeyedStateBackend<Object> backend,
      List<String> ofStates,
      ProcessingTimeService time,
      ThrowingConsumer<Object, Exception> watch)
      throws Exception {
    states.addAll(ofStates);
    openNext(backend);
    slice(backend, time, watch);
  }

  private void openNext(KeyedStateBackend<Object> backend) throws InterruptedException {
    open = backend.getKeys(states.remove(), VoidNamespace.INSTANCE);
    keys = open.iterator();
    // Keys of the heap backend cannot be iterated while keys are added or removed.
    if (isHeap(backend)) {
      List<Object> all = new ArrayList<>();
      while (keys.hasNext()) {
        all.add(keys.next());
        if (Thread.interrupted()) {
          throw new InterruptedException("the task ended while keys were listed");
        }
      }
      keys = all.iterator();
    }
  }

  /** By the class, also behind the changelog: Flink 2.0 and 2.1 have no name of the backend. */
  private static boolean isHeap(KeyedStateBackend<?> backend) {
    KeyedStateBackend<?> inner =
        backend instanceof TestableKeyedStateBackend<?> wrapper
            ? wrapper.getDelegatedKeyedStateBackend(true)
            : backend;
    return inner instanceof HeapKeyedStateBackend;
  }

  private void slice(
      KeyedStateBackend<Object> backend,
      ProcessingTimeService time,
      ThrowingConsumer<Object, Exception> watch)
      throws Exception {
    for (int i = 0; i < SLICE && keys != null; i++) {
      if (keys.hasNext()) {
        watch.accept(keys.next());
      } else {
        open.close();
        if (states.isEmpty()) {
          cleared();
        } else {
          openNext(backend);
        }
      }
    }
    if (keys != null) {
      Iterator<Object> going = keys;
      time.registerTimer(
          time.getCurrentProcessingTime() + PAUSE_MILLIS,
          now -> {
            if (keys == going) {
              slice(backend, time, watch);
            }
          });
    }
  }

  /** Writes the knowledge of the keys' timers to the next checkpoint. */
  void snapshot(boolean expire) throws Exception {
    state.update(StoredNames.WATCHED, expire ? known : SOME);
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
    }
    open = null;
    keys = null;
    states.clear();
  }
}
