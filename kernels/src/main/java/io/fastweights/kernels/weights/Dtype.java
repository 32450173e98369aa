package io.fastweights.kernels.weights;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** The element types of safetensors, by their names in its header. */
public enum Dtype {
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  BOOL(8),
  U8(8),
  I8(8),
  F8_E4M3(8),
  F8_E4M3FNUZ(8),
  F8_E5M2(8),
  F8_E5M2FNUZ(8),
  F8_E8M0(8),
  U16(16),
  I16(16),
  F16(16),
  BF16(16),
  U32(32),
  I32(32),
  F32(32),
  U64(64),
  I64(64),
  F64(64),
  C64(64);

  private static final Map<String, Dtype> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Dtype::name, dtype -> dtype));

  private final int bits;

  Dtype(int bits) {
    this.bits = bits;
  }

  /** Bits of one element. */
  public int bits() {
    return bits;
  }

  /** The dtype of that name, or null. */
  static Dtype named(String name) {
    return BY_NAME.get(name);
  }
}
