package io.fastweights.operator.simulation;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.State;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendFactory;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;

/** A state backend whose keyed writes and checkpoints fail when {@link Faults} say so. */
final class FaultyBackend implements StateBackend {
  private static final long serialVersionUID = 1L;
  private static final Set<String> WRITES = Set.of("add", "addAll", "update", "clear");
  private static final Map<String, Faults> BY_NAME = new ConcurrentHashMap<>();

  private final StateBackend backend;
  private final transient Faults faults;

  public FaultyBackend(StateBackend backend, Faults faults) {
    this.backend = backend;
    this.faults = faults;
  }

  /** Makes the backend from a job's configuration: {@code state.backend.type} names this class. */
  public static final class Factory implements StateBackendFactory<FaultyBackend> {
    static final ConfigOption<String> FAULTS =
        ConfigOptions.key("test.faults").stringType().noDefaultValue();
    static final ConfigOption<String> BACKEND =
        ConfigOptions.key("test.backend").stringType().noDefaultValue();

    @Override
    public FaultyBackend createFromConfig(ReadableConfig config, ClassLoader classLoader) {
      StateBackend backend =
          config.get(BACKEND).equals("rocksdb")
              ? new EmbeddedRocksDBStateBackend(true).configure(config, classLoader)
              : new HashMapStateBackend().configure(config, classLoader);
      return new FaultyBackend(backend, BY_NAME.get(config.get(FAULTS)));
    }
  }

  /** Lets jobs of this process find the faults by a name. */
  public static void register(String name, Faults faults) {
    BY_NAME.put(name, faults);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <K> CheckpointableKeyedStateBackend<K> createKeyedStateBackend(
      KeyedStateBackendParameters<K> parameters) throws Exception {
    CheckpointableKeyedStateBackend<K> keyed = backend.createKeyedStateBackend(parameters);
    return (CheckpointableKeyedStateBackend<K>)
        proxy(
            keyed,
            (proxy, method, arguments) -> {
              Object result = invoke(keyed, method, arguments);
              if (method.getName().equals("snapshot") && faults.snapshotFails()) {
                ((Future<?>) result).cancel(true);
                return unwritten();
              }
              return result instanceof State state ? faulty(state) : result;
            });
  }

  private static FutureTask<Object> unwritten() {
    Callable<Object> fails =
        () -> {
          throw new Faults.Injected("the checkpoint is not written");
        };
    return new FutureTask<>(fails);
  }

  private Object faulty(State state) {
    return proxy(
        state,
        (proxy, method, arguments) -> {
          if (!WRITES.contains(method.getName())) {
            return invoke(state, method, arguments);
          }
          faults.write(method.getName(), () -> invoke(state, method, arguments));
          return null;
        });
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Exception {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static Object proxy(Object target, InvocationHandler handler) {
    Class<?>[] interfaces =
        Stream.<Class<?>>iterate(target.getClass(), c -> c != null, Class::getSuperclass)
            .flatMap(c -> Arrays.stream(c.getInterfaces()))
            .distinct()
            .toArray(Class<?>[]::new);
    return Proxy.newProxyInstance(FaultyBackend.class.getClassLoader(), interfaces, handler);
  }

  @Override
  public OperatorStateBackend createOperatorStateBackend(OperatorStateBackendParameters parameters)
      throws Exception {
    return backend.createOperatorStateBackend(parameters);
  }

  @Override
  public boolean useManagedMemory() {
    return backend.useManagedMemory();
  }

  @Override
  public boolean supportsNoClaimRestoreMode() {
    return backend.supportsNoClaimRestoreMode();
  }

  @Override
  public boolean supportsSavepointFormat(SavepointFormatType format) {
    return backend.supportsSavepointFormat(format);
  }
}
