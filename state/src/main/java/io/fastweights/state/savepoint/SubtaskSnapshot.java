package io.fastweights.state.savepoint;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.util.InstantiationUtil;

/**
 * A subtask's part of a savepoint.
 *
 * @param subtask from 0
 * @param state where it was written
 * @param answers what the operator emitted until then
 * @param aside what it put into side outputs
 */
record SubtaskSnapshot(int subtask, OperatorSubtaskState state, long answers, long aside)
    implements Serializable {

  /** Small: the state itself stands in files of the savepoint. */
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
