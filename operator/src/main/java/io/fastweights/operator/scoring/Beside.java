package io.fastweights.operator.scoring;

import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Scored;
import java.io.Serializable;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * Guesses that are scored beside the predictions, by the same labels and with no label before it is
 * known: the scorer asks for guesses when the prediction was made, and lets learn when the label
 * comes.
 *
 * @param <T> element of the stream
 */
@Internal
public interface Beside<T> extends Serializable {
  /** Before the first event; keyed and operator state may be declared. */
  void initialize(FunctionInitializationContext state, RuntimeContext context) throws Exception;

  /** Guesses for an event of the current key, always the same number of floats. */
  float[] guess(Prediction<T> prediction) throws Exception;

  /**
   * Takes guesses and their label.
   *
   * @param guesses for the event that was predicted; empty if they were not stored with its ask
   */
  void score(Scored<T> scored, float[] guesses) throws Exception;

  /** Learns the label of an observed event of the current key. */
  void learn(Prediction<T> observed) throws Exception;

  /** Removes what is kept of the current key, whose memory was emptied. */
  void forget() throws Exception;

  /**
   * Mean loss of the best guess so far, less that of the predictions; NaN before the first label.
   * Any thread may ask.
   */
  double advantage();

  /** Writes operator state for a checkpoint. */
  void snapshot() throws Exception;
}
