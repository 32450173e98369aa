package io.fastweights.operator.testkit;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ValueState;

/** Value and list states over plain maps, as a keyed backend offers them. */
public final class KeyedMaps {
  private final Map<Object, Object> values = new HashMap<>();
  private final Map<Object, List<Object>> lists = new HashMap<>();
  private Object currentKey;

  public void currentKey(Object key) {
    currentKey = key;
  }

  public void clear() {
    values.clear();
    lists.clear();
  }

  /** One value state and one list state; the rest of the interface is not there. */
  public KeyedStateStore store() {
    return (KeyedStateStore)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {KeyedStateStore.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getState" -> new Value();
                  case "getListState" -> new Lists();
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private final class Value implements ValueState<Object> {
    @Override
    public Object value() {
      return values.get(currentKey);
    }

    @Override
    public void update(Object value) {
      values.put(currentKey, value);
    }

    @Override
    public void clear() {
      values.remove(currentKey);
    }
  }

  private final class Lists implements ListState<Object> {
    @Override
    public Iterable<Object> get() {
      return lists.get(currentKey);
    }

    @Override
    public void add(Object value) {
      lists.computeIfAbsent(currentKey, key -> new ArrayList<>()).add(value);
    }

    @Override
    public void addAll(List<Object> more) {
      more.forEach(this::add);
    }

    @Override
    public void update(List<Object> all) {
      lists.put(currentKey, new ArrayList<>(all));
    }

    @Override
    public void clear() {
      lists.remove(currentKey);
    }
  }
}
