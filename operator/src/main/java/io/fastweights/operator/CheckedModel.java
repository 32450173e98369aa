package io.fastweights.operator;

import io.fastweights.operator.stored.CheckedWeights;
import org.apache.flink.annotation.Internal;

/**
 * Reads old savepoints, and is used by nothing else: up to format 5 refreshed weights were stored
 * by Flink's POJO serializer, which stored the name of this class and of the fields it inherits. It
 * may neither move nor be renamed.
 */
@Internal
public final class CheckedModel extends CheckedWeights {
  /** For Flink's serializer. */
  public CheckedModel() {}
}
