package io.fastweights.operator.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** Results in a user's own state: Flink's POJO serializer reads what was stored before. */
class StoredResultsTest {
  private static final SerializerConfigImpl CONFIG = new SerializerConfigImpl();

  static {
    // Kryo would store what no later release may read.
    CONFIG.setGenericTypes(false);
  }

  @Test
  void readsAPrediction() throws Exception {
    Prediction<String> read = stored("prediction", Prediction.type(Types.STRING));
    assertThat(read)
        .usingRecursiveComparison()
        .isEqualTo(
            new Prediction<>(
                "e",
                5,
                true,
                new float[] {0.25f, 0.75f},
                0.5f,
                "i",
                new float[] {0, 1},
                null,
                3,
                4));
  }

  @Test
  void readsAPredictionThatLacksAFieldAddedSince() throws Exception {
    Prediction<String> read = stored("prediction-without-seen", Prediction.type(Types.STRING));
    assertThat(read.seen()).isZero();
    assertThat(read.modelVersion()).isEqualTo(3);
    assertThat(read.values()).containsExactly(0.25f, 0.75f);
  }

  @Test
  void readsTheOtherResults() throws Exception {
    assertThat(stored("malformed", Malformed.type(Types.STRING)))
        .isEqualTo(new Malformed<>("e", "why"));
    assertThat(stored("drift", Drift.type()))
        .isEqualTo(new Drift(7, Drift.Signal.LOSS, 0.25, 0.5, 90, 1));
    assertThat(stored("scored", Scored.type(Types.STRING)))
        .usingRecursiveComparison()
        .isEqualTo(new Scored<>("e", "i", true, new float[] {0.25f}, 5, new float[] {1}, 6, 0.5f));
  }

  /** Reads a value as a state backend does after a restore: migrated to the serializer of today. */
  private static <T> T stored(String file, TypeInformation<T> type) throws IOException {
    TypeSerializer<T> today = type.createSerializer(CONFIG);
    assertThat(today).isInstanceOf(PojoSerializer.class);
    DataInputDeserializer in = new DataInputDeserializer(bytes(file));
    TypeSerializerSnapshot<T> then =
        TypeSerializerSnapshot.readVersionedSnapshot(in, StoredResultsTest.class.getClassLoader());
    TypeSerializerSchemaCompatibility<T> compatibility =
        today.snapshotConfiguration().resolveSchemaCompatibility(then);
    assertThat(compatibility.isIncompatible()).as(file).isFalse();
    T value = then.restoreSerializer().deserialize(in);
    assertThat(in.available()).as(file).isZero();
    DataOutputSerializer out = new DataOutputSerializer(64);
    today.serialize(value, out);
    return today.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
  }

  private static byte[] bytes(String file) throws IOException {
    try (InputStream in = StoredResultsTest.class.getResourceAsStream("/results/" + file)) {
      return in.readAllBytes();
    }
  }
}
