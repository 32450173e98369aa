package io.fastweights.state.savepoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess;
import org.apache.flink.util.IOUtils;

/**
 * The folder of a savepoint that is being written. Its last file makes it a savepoint: a failure
 * leaves nothing that could be taken for one.
 */
final class NewSavepoint implements AutoCloseable {
  private final Path folder;
  private final FileSystem files;
  private boolean complete;

  /**
   * @throws IllegalArgumentException if something is there already
   */
  NewSavepoint(String path) throws IOException {
    folder = new Path(path);
    files = folder.getFileSystem();
    if (files.exists(folder) && files.listStatus(folder).length > 0) {
      throw new IllegalArgumentException(path + " is not empty: a savepoint needs a new folder");
    }
    files.mkdirs(folder);
  }

  Path folder() {
    return folder;
  }

  /**
   * Copies the files of a savepoint that are not of its memories: those of the other operators,
   * which the new one names too.
   */
  void copyOthers(MemorySavepoint from) throws IOException {
    if (from.others().isEmpty()) {
      return;
    }
    Set<String> memories = new HashSet<>(Set.of(metadataName()));
    keyedFiles(from.operator()).forEach(file -> memories.add(file.getName()));
    Path source = new Path(from.path());
    for (FileStatus file : source.getFileSystem().listStatus(source)) {
      if (!file.isDir() && !memories.contains(file.getPath().getName())) {
        copy(file.getPath());
      }
    }
  }

  private void copy(Path file) throws IOException {
    Path into = new Path(folder, file.getName());
    try (FSDataInputStream in = file.getFileSystem().open(file);
        FSDataOutputStream out = files.create(into, WriteMode.NO_OVERWRITE)) {
      IOUtils.copyBytes(in, out, false);
    }
  }

  private static List<Path> keyedFiles(OperatorState operator) {
    List<Path> paths = new ArrayList<>();
    for (OperatorSubtaskState subtask : operator.getStates()) {
      for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
        streams(handle).forEach(stream -> stream.maybeGetPath().ifPresent(paths::add));
      }
    }
    return paths;
  }

  private static Stream<StreamStateHandle> streams(KeyedStateHandle handle) {
    if (handle instanceof IncrementalRemoteKeyedStateHandle incremental) {
      return Stream.concat(
          Stream.of(incremental.getMetaDataStateHandle()),
          Stream.concat(
                  incremental.getSharedState().stream(), incremental.getPrivateState().stream())
              .map(HandleAndLocalPath::getHandle));
    }
    return handle instanceof KeyGroupsStateHandle groups
        ? Stream.of(groups.getDelegateStateHandle())
        : Stream.empty();
  }

  /** Makes it a savepoint. */
  void complete(CheckpointMetadata metadata) throws IOException {
    try (FSDataOutputStream out =
        files.create(new Path(folder, metadataName()), WriteMode.NO_OVERWRITE)) {
      Checkpoints.storeCheckpointMetadata(metadata, out);
    }
    complete = true;
  }

  /** The state of an operator whose subtasks have written their parts. */
  static OperatorState operator(
      OperatorState like, int maxParallelism, Collection<SubtaskSnapshot> parts) {
    OperatorState operator =
        new OperatorState(
            like.getOperatorName().orElse(null),
            like.getOperatorUid().orElse(null),
            like.getOperatorID(),
            parts.size(),
            maxParallelism);
    parts.forEach(part -> operator.putState(part.subtask(), part.state()));
    return operator;
  }

  private static String metadataName() {
    return AbstractFsCheckpointStorageAccess.METADATA_FILE_NAME;
  }

  /** Deletes it if it did not become a savepoint. */
  @Override
  public void close() throws IOException {
    if (!complete) {
      files.delete(folder, true);
    }
  }
}
