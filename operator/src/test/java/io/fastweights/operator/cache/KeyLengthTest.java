package io.fastweights.operator.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.junit.jupiter.api.Test;

class KeyLengthTest {
  @SuppressWarnings("unchecked")
  private static KeyLength of(TypeInformation<?> type) {
    return new KeyLength(
        (TypeSerializer<Object>) type.createSerializer(new SerializerConfigImpl()));
  }

  @Test
  void isThatOfTheSerializedKey() {
    KeyLength strings = of(Types.STRING);
    assertThat(strings.applyAsInt("k".repeat(2048))).isBetween(2048, 2050);
    assertThat(strings.applyAsInt("k")).as("after a long one").isEqualTo(2);
    assertThat(of(Types.LONG).applyAsInt(7L)).isEqualTo(8);
    assertThat(of(Types.TUPLE(Types.STRING, Types.LONG)).applyAsInt(Tuple2.of("k", 7L)))
        .isEqualTo(10);
  }
}
