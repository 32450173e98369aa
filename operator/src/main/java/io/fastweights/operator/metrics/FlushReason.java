package io.fastweights.operator.metrics;

/** Why a batch was stepped. */
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
  /** The input has ended. */
  END_OF_INPUT
}
