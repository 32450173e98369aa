package io.fastweights.operator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorBackendSerializationProxy;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.metainfo.StateMetaInfoSnapshot;
import org.apache.flink.state.api.OperatorIdentifier;
import org.apache.flink.state.api.runtime.SavepointLoader;

/**
 * The names in a canonical savepoint of one subtask each, as lines: of operators, of their states,
 * and of the classes with which Flink would read them.
 */
final class StoredContents {
  private static final Pattern CLASS =
      Pattern.compile("(?:org\\.apache\\.flink|io\\.fastweights|java\\.\\w+)\\.[\\w.$]*[\\w$]");

  private static final ClassLoader LOADER = StoredContents.class.getClassLoader();

  private StoredContents() {}

  /**
   * @param uids of the operators that are listed
   */
  static List<String> of(Path savepoint, List<String> uids) throws IOException {
    Map<String, OperatorState> operators = new TreeMap<>();
    for (OperatorState state :
        SavepointLoader.loadSavepointMetadata(savepoint.toString()).getOperatorStates()) {
      operators.put(state.getOperatorID().toHexString(), state);
    }
    List<String> lines = new ArrayList<>();
    for (String uid : uids) {
      String id = OperatorIdentifier.forUid(uid).getOperatorId().toHexString();
      lines.add("operator " + uid + (operators.containsKey(id) ? "" : " is missing"));
      if (operators.containsKey(id)) {
        for (OperatorSubtaskState subtask : operators.get(id).getStates()) {
          operatorStates(subtask.getManagedOperatorState(), lines);
          keyedStates(subtask.getManagedKeyedState(), lines);
        }
      }
    }
    return lines;
  }

  private static void operatorStates(Collection<OperatorStateHandle> handles, List<String> lines)
      throws IOException {
    for (OperatorStateHandle handle : handles) {
      OperatorBackendSerializationProxy head = new OperatorBackendSerializationProxy(LOADER);
      try (InputStream in = ((StreamStateHandle) handle).openInputStream()) {
        head.read(new DataInputViewStreamWrapper(in));
      }
      states(head.getOperatorStateMetaInfoSnapshots(), lines);
      states(head.getBroadcastStateMetaInfoSnapshots(), lines);
    }
  }

  private static void keyedStates(Collection<KeyedStateHandle> handles, List<String> lines)
      throws IOException {
    for (KeyedStateHandle handle : handles) {
      KeyedBackendSerializationProxy<Object> head = new KeyedBackendSerializationProxy<>(LOADER);
      try (InputStream in =
          ((KeyGroupsStateHandle) handle).getDelegateStateHandle().openInputStream()) {
        head.read(new DataInputViewStreamWrapper(in));
      }
      lines.add("  keys " + classes(head.getKeySerializerSnapshot()));
      states(head.getStateMetaInfoSnapshots(), lines);
    }
  }

  private static void states(List<StateMetaInfoSnapshot> states, List<String> lines)
      throws IOException {
    Map<String, String> sorted = new TreeMap<>();
    for (StateMetaInfoSnapshot state : states) {
      StringBuilder line = new StringBuilder();
      line.append(
          String.format(Locale.ROOT, "  %s %s", state.getBackendStateType(), state.getName()));
      for (String option : new TreeSet<>(state.getOptionsImmutable().values())) {
        line.append(' ').append(option);
      }
      Map<String, TypeSerializerSnapshot<?>> serializers =
          new TreeMap<>(state.getSerializerSnapshotsImmutable());
      for (Map.Entry<String, TypeSerializerSnapshot<?>> serializer : serializers.entrySet()) {
        line.append("\n    ").append(serializer.getKey()).append(' ');
        line.append(classes(serializer.getValue()));
      }
      sorted.put(state.getName(), line.toString());
    }
    sorted.values().forEach(line -> lines.addAll(line.lines().toList()));
  }

  /** Every class that a serializer's snapshot names, its own first. */
  private static String classes(TypeSerializerSnapshot<?> snapshot) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(256);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, snapshot);
    String text = new String(out.getCopyOfBuffer(), StandardCharsets.ISO_8859_1);
    Set<String> names =
        CLASS
            .matcher(text)
            .results()
            .map(MatchResult::group)
            .filter(name -> !name.equals(snapshot.getClass().getName()))
            .collect(Collectors.toCollection(TreeSet::new));
    return names.isEmpty()
        ? snapshot.getClass().getName()
        : snapshot.getClass().getName() + " with " + String.join(", ", names);
  }
}
