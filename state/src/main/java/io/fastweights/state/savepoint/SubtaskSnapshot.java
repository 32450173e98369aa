package io.fastweights.state.savepoint;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.util.InstantiationUtil;

/**
 * A subtask's part of a savepoint.
 *
 * @param subtask from 0
 * @param state handles of the state that it wrote
 * @param answers number of records that the operator emitted until then
 * @param aside number of records in its side outputs
 */
record SubtaskSnapshot(int subtask, OperatorSubtaskState state, long answers, long aside)
    implements Serializable {

  /** Small: the state itself is in files of the savepoint. */
  byte[] toBytes() throws IOException {
    return InstantiationUtil.serializeObject(this);
  }

  static SubtaskSnapshot of(byte[] bytes) throws IOException {
    try {
      return InstantiationUtil.deserializeObject(bytes, SubtaskSnapshot.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IOException("a subtask's part of the savepoint cannot be read", e);
    }
  }
}
