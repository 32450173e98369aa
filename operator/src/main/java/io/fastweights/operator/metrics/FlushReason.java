package io.fastweights.operator.metrics;

import org.apache.flink.annotation.Internal;

/** Reason for executing a batch. */
@Internal
public enum FlushReason {
  /** It was full. */
  SIZE,
  /** Its first event had waited long enough. */
  LINGER,
  /** A watermark, a watermark status or record attributes must not overtake its events. */
  WATERMARK,
  /** A checkpoint barrier follows. */
  BARRIER,
  /** New weights follow. */
  REFRESH,
  /** A key is forgotten next. */
  FORGET,
  /** The input has ended. */
  END_OF_INPUT
}
