package io.fastweights.jobs.chaos;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle.StateMetaInfo;
import org.apache.flink.state.api.runtime.OperatorIDGenerator;
import org.apache.kafka.common.TopicPartition;

/** Reads the source offsets of a job's topic from a checkpoint. */
final class CheckpointPositions {
  private static final String SPLITS = "SourceReaderState";

  private CheckpointPositions() {}

  /**
   * The next offset of each partition.
   *
   * @param checkpoint folder of it
   * @param uid of the source
   */
  static Map<TopicPartition, Long> read(Path checkpoint, String uid) throws IOException {
    Map<TopicPartition, Long> positions = new HashMap<>();
    OperatorID source = OperatorIDGenerator.fromUid(uid);
    for (OperatorState operator : operators(checkpoint)) {
      if (operator.getOperatorID().equals(source)) {
        for (OperatorSubtaskState subtask : operator.getStates()) {
          for (OperatorStateHandle handle : subtask.getManagedOperatorState()) {
            readSplits(handle, positions);
          }
        }
      }
    }
    return positions;
  }

  private static Iterable<OperatorState> operators(Path checkpoint) throws IOException {
    try (DataInputStream metadata =
        new DataInputStream(Files.newInputStream(checkpoint.resolve("_metadata")))) {
      return Checkpoints.loadCheckpointMetadata(
              metadata, CheckpointPositions.class.getClassLoader(), checkpoint.toUri().toString())
          .getOperatorStates();
    }
  }

  private static void readSplits(OperatorStateHandle handle, Map<TopicPartition, Long> into)
      throws IOException {
    StateMetaInfo splits = handle.getStateNameToPartitionOffsets().get(SPLITS);
    if (splits == null) {
      return;
    }
    try (FSDataInputStream in = handle.openInputStream()) {
      for (long offset : splits.getOffsets()) {
        in.seek(offset);
        byte[] bytes =
            BytePrimitiveArraySerializer.INSTANCE.deserialize(new DataInputViewStreamWrapper(in));
        KafkaPartitionSplit split =
            SimpleVersionedSerialization.readVersionAndDeSerialize(
                new KafkaPartitionSplitSerializer(), bytes);
        into.put(split.getTopicPartition(), split.getStartingOffset());
      }
    }
  }
}
