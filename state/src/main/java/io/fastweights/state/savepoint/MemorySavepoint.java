package io.fastweights.state.savepoint;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.state.FastWeightStore;
import io.fastweights.state.KeyMemorySerializer;
import io.fastweights.state.LogChunkSerializer;
import io.fastweights.state.Recipe;
import io.fastweights.state.SizeOption;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot.CommonSerializerKeys;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.SavepointReader;
import org.apache.flink.state.api.runtime.SavepointLoader;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.collect.CollectSinkOperatorFactory;

/**
 * The fast-weight memories in a savepoint or retained checkpoint, canonical or native, of the
 * RocksDB or the heap backend, with keys of any type. Their shape, recipe and type of key are read
 * from the savepoint; no model or schema is needed.
 *
 * <p>The environment runs a job that reads the memories; only those being read are in memory.
 */
@PublicEvolving
public final class MemorySavepoint {
  private final String path;
  private final CheckpointMetadata metadata;
  private final OperatorState operator;
  private final StateFormat format;
  private final TypeSerializer<Object> keys;
  private final KeyMemorySerializer bases;
  private final LogChunkSerializer logs;
  private final List<String> states;

  private MemorySavepoint(String path, CheckpointMetadata metadata, OperatorState operator)
      throws IOException {
    this.path = path;
    this.metadata = metadata;
    this.operator = operator;
    KeyedStateHandle handle = firstHandle(operator).orElseThrow();
    format = StateFormat.of(handle);
    KeyedBackendSerializationProxy<Object> head = head(handle);
    keys = head.getKeySerializerSnapshot().restoreSerializer();
    bases = (KeyMemorySerializer) serializer(head, FastWeightStore.BASE);
    logs =
        (LogChunkSerializer)
            ((ListSerializer<?>) serializer(head, FastWeightStore.LOG)).getElementSerializer();
    states = head.getStateMetaInfoSnapshots().stream().map(StateMetaInfoSnapshot::getName).toList();
  }

  /**
   * Opens a savepoint.
   *
   * @param path of its folder, on any file system that Flink knows
   * @param uid of the operator whose memories are meant; null where the savepoint has only one with
   *     memories
   * @throws IllegalArgumentException if there is no savepoint, no memories are in it, or those of
   *     several operators are and none is named; the message names the operators that are there
   */
  public static MemorySavepoint open(String path, String uid) throws IOException {
    requireSavepoint(path);
    CheckpointMetadata metadata = SavepointLoader.loadSavepointMetadata(path);
    List<OperatorState> found = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (OperatorState state : metadata.getOperatorStates()) {
      try {
        if (hasMemories(state) && (uid == null || isNamed(state, uid))) {
          found.add(state);
        }
      } catch (IOException | RuntimeException e) {
        // Another operator's classes need not be here; those of the memories' keys must.
        unreadable.add(name(state) + " (" + root(e) + ")");
      }
    }
    if (found.size() == 1) {
      return new MemorySavepoint(path, metadata, found.get(0));
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s holds no fast-weight memories%s; the operators in it are: %s%s",
              path,
              uid == null ? "" : " of an operator '" + uid + "'",
              names(metadata.getOperatorStates()),
              unreadable.isEmpty()
                  ? ""
                  : "; not readable with this class path: " + String.join(", ", unreadable)));
    }
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s holds memories of several operators, one must be named: %s",
            path,
            names(found)));
  }

  private static void requireSavepoint(String path) throws IOException {
    Path folder = new Path(path);
    FileSystem files = folder.getFileSystem();
    if (!files.exists(folder)) {
      throw new IllegalArgumentException("no such savepoint: " + path);
    }
    String metadata = AbstractFsCheckpointStorageAccess.METADATA_FILE_NAME;
    if (!files.getFileStatus(folder).isDir() || !files.exists(new Path(folder, metadata))) {
      throw new IllegalArgumentException(path + " is no savepoint: it has no file " + metadata);
    }
  }

  private static boolean hasMemories(OperatorState state) throws IOException {
    Optional<KeyedStateHandle> handle = firstHandle(state);
    return handle.isPresent()
        && head(handle.get()).getStateMetaInfoSnapshots().stream()
            .anyMatch(info -> info.getName().equals(FastWeightStore.BASE));
  }

  private static Optional<KeyedStateHandle> firstHandle(OperatorState state) {
    return state.getStates().stream().flatMap(s -> s.getManagedKeyedState().stream()).findFirst();
  }

  private static KeyedBackendSerializationProxy<Object> head(KeyedStateHandle handle)
      throws IOException {
    StateFormat.of(handle);
    KeyedBackendSerializationProxy<Object> head =
        new KeyedBackendSerializationProxy<>(Thread.currentThread().getContextClassLoader());
    try (InputStream in = StateFormat.head(handle).openInputStream()) {
      head.read(new DataInputViewStreamWrapper(in));
    }
    return head;
  }

  private static TypeSerializer<?> serializer(
      KeyedBackendSerializationProxy<?> head, String state) {
    return head.getStateMetaInfoSnapshots().stream()
        .filter(info -> info.getName().equals(state))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the state " + state + " is missing"))
        .getTypeSerializerSnapshot(CommonSerializerKeys.VALUE_SERIALIZER)
        .restoreSerializer();
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  private static boolean isNamed(OperatorState state, String uid) {
    return state.getOperatorID().equals(OperatorIdentifier.forUid(uid).getOperatorId())
        || state.getOperatorID().toHexString().equals(uid);
  }

  private static String names(Iterable<OperatorState> states) {
    List<String> names = new ArrayList<>();
    states.forEach(state -> names.add(name(state)));
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private static String name(OperatorState state) {
    return state
        .getOperatorUid()
        .or(state::getOperatorName)
        .filter(name -> !name.isEmpty())
        .orElseGet(() -> state.getOperatorID().toHexString());
  }

  /** The operator's uid; its id in hexadecimal digits where it has none. */
  public String uid() {
    return name(operator);
  }

  /** The savepoint's folder. */
  public String path() {
    return path;
  }

  /** Format of its keyed state. */
  public StateFormat format() {
    return format;
  }

  /** The shape of a key's memory. */
  public MemoryShape shape() {
    return bases.shape();
  }

  /** The shape of an event in a log. */
  public LogShape logShape() {
    return logs.shape();
  }

  /** Recipe of the memories. */
  public Recipe recipe() {
    return Recipe.parse(bases.recipe());
  }

  /** Subtasks that wrote it. */
  public int parallelism() {
    return operator.getParallelism();
  }

  /** Key groups: the most subtasks that can share its keys. */
  public int maxParallelism() {
    return operator.getMaxParallelism();
  }

  /** Bytes of the operator's state in the savepoint. */
  public long stateBytes() {
    return operator.getStateSize();
  }

  /** Name of the serializer of the keys, without "Serializer". */
  public String keyType() {
    return keys.getClass().getSimpleName().replaceFirst("Serializer$", "");
  }

  /** Names of the operator's keyed states: the memories' own two, and any others. */
  public List<String> states() {
    return states;
  }

  /** The figures of every key, in no order. */
  public DataStream<KeyFigures> figures(StreamExecutionEnvironment environment) throws IOException {
    return read(environment, new MemoryReader.Figures(bases, logs), KeyFigures.class);
  }

  /**
   * The memories of some keys, in no order; a key that the savepoint does not have gives none.
   *
   * @param wanted keys as text
   */
  public DataStream<NamedMemory> memories(
      StreamExecutionEnvironment environment, Set<String> wanted) throws IOException {
    long bytes = 2L * Float.BYTES * shape().floats();
    MemorySize most = environment.getConfiguration().get(CollectSinkOperatorFactory.MAX_BATCH_SIZE);
    if (most.getBytes() < bytes) {
      // A client could not collect a memory.
      environment.configure(
          SizeOption.set(
              new Configuration(),
              CollectSinkOperatorFactory.MAX_BATCH_SIZE,
              new MemorySize(bytes)));
    }
    return read(environment, new MemoryReader.Memories(bases, logs, wanted), NamedMemory.class);
  }

  private <R> DataStream<R> read(
      StreamExecutionEnvironment environment, MemoryReader<R> reader, Class<R> type)
      throws IOException {
    return SavepointReader.read(environment, path, format.stateBackend())
        .readKeyedState(
            OperatorIdentifier.forUidHash(operator.getOperatorID().toHexString()),
            reader,
            new StoredKeyType(keys),
            TypeInformation.of(type))
        // A key without a result would be null, which a client takes for the end.
        .filter(Objects::nonNull);
  }

  KeyMemorySerializer bases() {
    return bases;
  }

  LogChunkSerializer logs() {
    return logs;
  }

  StoredKeyType keyTypeInformation() {
    return new StoredKeyType(keys);
  }

  CheckpointMetadata metadata() {
    return metadata;
  }

  OperatorState operator() {
    return operator;
  }

  /** The other operators' states. */
  Set<OperatorState> others() {
    return metadata.getOperatorStates().stream()
        .filter(state -> !state.getOperatorID().equals(operator.getOperatorID()))
        .collect(Collectors.toSet());
  }
}
