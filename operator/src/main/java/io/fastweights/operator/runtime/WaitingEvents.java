package io.fastweights.operator.runtime;

import io.fastweights.operator.stored.StoredNames;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.runtime.state.internal.InternalListState;

/**
 * The events of the current key that wait for the watermark, by their time. Each time is a
 * namespace of a list state, as each window is one in Flink's window operator: an event is appended
 * without reading those before it.
 *
 * <p>Savepoints up to format 6 hold a map from times to lists, whose events precede all that were
 * appended since. It is still read.
 */
final class WaitingEvents<K, T> {
  private final InternalListState<K, Long, T> events;
  private final MapState<Long, List<T>> former;

  private WaitingEvents(InternalListState<K, Long, T> events, MapState<Long, List<T>> former) {
    this.events = events;
    this.former = former;
  }

  @SuppressWarnings("unchecked") // every keyed state of a backend is an internal one
  static <K, T> WaitingEvents<K, T> of(KeyedStateBackend<K> backend, TypeSerializer<T> serializer)
      throws Exception {
    MapState<Long, List<T>> former = null;
    if (hasKeys(backend, StoredNames.WAITING_EVENTS_6)) {
      former =
          backend.getPartitionedState(
              VoidNamespace.INSTANCE,
              VoidNamespaceSerializer.INSTANCE,
              new MapStateDescriptor<>(
                  StoredNames.WAITING_EVENTS_6,
                  LongSerializer.INSTANCE,
                  new ListSerializer<>(serializer)));
    }
    InternalListState<K, Long, T> events =
        (InternalListState<K, Long, T>)
            backend.getOrCreateKeyedState(
                LongSerializer.INSTANCE,
                new ListStateDescriptor<>(StoredNames.WAITING_EVENTS, serializer));
    return new WaitingEvents<>(events, former);
  }

  private static boolean hasKeys(KeyedStateBackend<?> backend, String state) {
    try (Stream<?> keys = backend.getKeys(state, VoidNamespace.INSTANCE)) {
      return keys.iterator().hasNext();
    }
  }

  void add(long time, T event) throws Exception {
    events.setCurrentNamespace(time);
    events.add(event);
  }

  /** Takes out the events of a time, in the order of their arrival. */
  List<T> take(long time) throws Exception {
    List<T> taken = new ArrayList<>();
    List<T> before = former == null ? null : former.get(time);
    if (before != null) {
      taken.addAll(before);
      former.remove(time);
    }
    events.setCurrentNamespace(time);
    Iterable<T> appended = events.get();
    if (appended != null) {
      appended.forEach(taken::add);
      events.clear();
    }
    return taken;
  }
}
