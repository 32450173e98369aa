package io.fastweights.state.savepoint;

import java.util.Locale;
import org.apache.flink.annotation.Internal;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.SavepointKeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateBackendLoader;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.util.DynamicCodeLoadingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Format of the keyed state of a savepoint or checkpoint; it decides which backends read it. */
@Internal
public enum StateFormat {
  /** Flink's format for every state backend. */
  CANONICAL("canonical", "rocksdb"),
  /** The own format of the backend that keeps state on the heap. */
  HASHMAP("native, of the hashmap backend", "hashmap"),
  /** RocksDB's own files. */
  ROCKSDB("native, of the rocksdb backend", "rocksdb");

  private static final Logger LOG = LoggerFactory.getLogger(StateFormat.class);

  private final String description;
  private final String backend;

  StateFormat(String description, String backend) {
    this.description = description;
    this.backend = backend;
  }

  /**
   * @throws IllegalArgumentException if it is in none of these formats
   */
  static StateFormat of(KeyedStateHandle handle) {
    if (handle instanceof SavepointKeyedStateHandle) {
      return CANONICAL;
    }
    if (handle instanceof KeyGroupsStateHandle) {
      return HASHMAP;
    }
    if (handle instanceof IncrementalRemoteKeyedStateHandle) {
      return ROCKSDB;
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "its keyed state is of the kind %s, which cannot be read: take a canonical savepoint",
            handle.getClass().getSimpleName()));
  }

  /** Handle of the stream that holds the serializers and names of the states. */
  static StreamStateHandle head(KeyedStateHandle handle) {
    return handle instanceof IncrementalRemoteKeyedStateHandle incremental
        ? incremental.getMetaDataStateHandle()
        : ((KeyGroupsStateHandle) handle).getDelegateStateHandle();
  }

  /** True if a job with this state backend (hashmap or rocksdb) can start from it. */
  public boolean isReadBy(String stateBackend) {
    return this == CANONICAL || backend.equals(stateBackend);
  }

  /**
   * Options under which a job can restore it: RocksDB where it can, as that keeps state on disk.
   */
  Configuration backendOptions() {
    return new Configuration().set(StateBackendOptions.STATE_BACKEND, usable());
  }

  /** The backend to read with. */
  StateBackend stateBackend() {
    try {
      return StateBackendLoader.loadStateBackendFromConfig(
          backendOptions(), Thread.currentThread().getContextClassLoader(), LOG);
    } catch (DynamicCodeLoadingException | java.io.IOException e) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "its format is %s, which needs flink-statebackend-%s on the class path",
              description,
              backend),
          e);
    }
  }

  private String usable() {
    return this == CANONICAL && !hasRocksDb() ? HASHMAP.backend : backend;
  }

  private static boolean hasRocksDb() {
    return Thread.currentThread()
            .getContextClassLoader()
            .getResource("org/apache/flink/state/rocksdb/EmbeddedRocksDBStateBackend.class")
        != null;
  }

  @Override
  public String toString() {
    return description;
  }
}
