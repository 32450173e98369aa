package io.fastweights.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshotSerializationUtil;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class KeyMemorySerializerTest {
  private final MemoryShape shape = new MemoryShape(2, 3, 4, 5);
  private final KeyMemorySerializer serializer = new KeyMemorySerializer(shape, "dpfp nu 1");

  private KeyMemory memory(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] weights = new float[shape.floats()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
    }
    EncodedEvent lag =
        new EncodedEvent(
            random.nextLong(),
            true,
            new int[] {1, 7, 0},
            new float[] {1, 0.25f, -3},
            2,
            new float[] {0, 1},
            null);
    Storage storage = Storage.values()[random.nextInt(2)];
    return KeyMemory.of(storage, weights, lag, random.nextLong(1L << 56));
  }

  private byte[] bytes(KeyMemory memory) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(memory, out);
    return out.getCopyOfBuffer();
  }

  @Test
  void readsBackEveryBit() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      KeyMemory memory = memory(seed);
      KeyMemory back = serializer.deserialize(new DataInputDeserializer(bytes(memory)));
      assertThat(bits(back)).as("seed %d", seed).isEqualTo(bits(memory));
      assertThat(back.storage()).isEqualTo(memory.storage());
      assertThat(back.events()).isEqualTo(memory.events());
      assertThat(back.lag().timestamp()).isEqualTo(memory.lag().timestamp());
      assertThat(bytes(back)).isEqualTo(bytes(memory));
    }
  }

  private static int[] bits(KeyMemory memory) {
    int[] bits = new int[memory.weights().length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(memory.weights()[i]);
    }
    return bits;
  }

  @Test
  void copiesShareNothingThatChanges() {
    KeyMemory memory = memory(1);
    KeyMemory copy = serializer.copy(memory);
    Arrays.fill(copy.weights(), 9);
    Arrays.fill(memory.weights(), 9);
    assertThat(bits(copy)).isEqualTo(bits(memory(1)));
    assertThat(bits(memory)).isEqualTo(bits(memory(1)));
  }

  @Test
  void aMemoryInBf16TakesHalfTheBytesAndIsRounded() throws IOException {
    float[] weights = memory(3).weights();
    weights[0] = 1 + 1f / 256;
    weights[1] = 1 + 3f / 256;
    EncodedEvent lag = EncodedEvent.ofTime(5);
    KeyMemory half = KeyMemory.of(Storage.BF16, weights, lag, 2);
    assertThat(bytes(new KeyMemory(weights, lag, 2)).length - bytes(half).length)
        .isEqualTo(2 * shape.floats());
    KeyMemory back = serializer.deserialize(new DataInputDeserializer(bytes(half)));
    assertThat(back.weights()[0]).isEqualTo(1);
    assertThat(back.weights()[1]).isEqualTo(1 + 4f / 256);
  }

  @Test
  void aStorageOfALaterReleaseIsRefusedWithItsCode() throws IOException {
    byte[] bytes = bytes(memory(2));
    bytes[0] = 7;
    assertThatThrownBy(() -> serializer.deserialize(new DataInputDeserializer(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format code 7");
  }

  /** The format of 0.1 before its release: the code of fp32 follows the shape. */
  @Test
  void theSnapshotOfVersion1IsReadAndALaterOneRefused() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    for (int number : new int[] {2, 3, 4, 5, 1}) {
      out.writeInt(number);
    }
    out.writeUTF("dpfp nu 1");
    KeyMemorySerializerSnapshot snapshot = new KeyMemorySerializerSnapshot();
    snapshot.readSnapshot(
        1, new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
    assertThatThrownBy(
            () ->
                snapshot.readSnapshot(
                    6,
                    new DataInputDeserializer(out.getCopyOfBuffer()),
                    getClass().getClassLoader()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 6")
        .hasMessageContaining("up to 5");
  }

  private static String schema(String field) {
    return String.format(
        Locale.ROOT,
        """
        {"fields": [{"name": "%s", "encoder": "hashed", "buckets": 8}]}""",
        field);
  }

  private TypeSerializerSnapshot<KeyMemory> written(String recipe, String schema)
      throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshotSerializationUtil.writeSerializerSnapshot(
        out, new KeyMemorySerializer(shape, recipe, schema).snapshotConfiguration());
    return TypeSerializerSnapshotSerializationUtil.readSerializerSnapshot(
        new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
  }

  @Test
  void memoriesOfAnotherSchemaAreRefusedWithTheFieldThatDiffers() throws IOException {
    var other = new KeyMemorySerializer(shape, "dpfp, schema 22", schema("shop"));
    var written = written("dpfp, schema 11", schema("store"));
    assertThat(((KeyMemorySerializer) written.restoreSerializer()).schema())
        .isEqualTo(schema("store"));
    assertThatThrownBy(() -> other.snapshotConfiguration().resolveSchemaCompatibility(written))
        .isInstanceOf(MemoryShapeException.class)
        .hasMessageContaining("they would mean something else; field store is gone; field shop is");
  }

  /** Of savepoints before version 3, and of schemas too long for every file. */
  @Test
  void whereTheSchemaWasNotKeptTheRefusalSaysSo() throws IOException {
    var other = new KeyMemorySerializer(shape, "dpfp, schema 22", schema("shop"));
    for (String kept : new String[] {null, schema("s".repeat(300_000))}) {
      var written = written("dpfp, schema 11", kept);
      assertThatThrownBy(() -> other.snapshotConfiguration().resolveSchemaCompatibility(written))
          .hasMessageContaining("the schemas differ, but the state does not say in what");
    }
  }

  @Test
  void aSchemaThatIsTheSameIsNotBlamed() throws IOException {
    var other = new KeyMemorySerializer(shape, "schema 11 projected with seed 2", schema("shop"));
    var written = written("schema 11 projected with seed 1", schema("shop"));
    assertThatThrownBy(() -> other.snapshotConfiguration().resolveSchemaCompatibility(written))
        .hasMessageEndingWith("they would mean something else");
  }

  @Test
  void theSnapshotOfVersion2HasNoSchema() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    for (int number : new int[] {2, 3, 4, 5}) {
      out.writeInt(number);
    }
    out.writeUTF("dpfp nu 1");
    KeyMemorySerializerSnapshot snapshot = new KeyMemorySerializerSnapshot();
    snapshot.readSnapshot(
        2, new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
  }

  @Test
  void refusesAMemoryThatIsCutOff() throws IOException {
    byte[] bytes = bytes(memory(2));
    for (int length : new int[] {0, 7, 20, bytes.length - 1}) {
      assertThatThrownBy(
              () -> serializer.deserialize(new DataInputDeserializer(Arrays.copyOf(bytes, length))))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void theSnapshotRestoresTheSerializer() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshotSerializationUtil.writeSerializerSnapshot(
        out, serializer.snapshotConfiguration());
    var snapshot =
        TypeSerializerSnapshotSerializationUtil.<KeyMemory>readSerializerSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
    assertThat(
            serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(snapshot)
                .isCompatibleAsIs())
        .isTrue();
  }

  @Test
  void refusesMemoriesOfAnotherShapeAndNamesBoth() {
    KeyMemorySerializer other = new KeyMemorySerializer(new MemoryShape(2, 3, 8, 5), "dpfp nu 1");
    assertThatThrownBy(
            () ->
                other
                    .snapshotConfiguration()
                    .resolveSchemaCompatibility(serializer.snapshotConfiguration()))
        .isInstanceOf(MemoryShapeException.class)
        .hasMessageContaining("[2, 3, 4, 5]")
        .hasMessageContaining("[2, 3, 8, 5]");
  }

  @Test
  void refusesMemoriesOfAnotherRecipeAndNamesBoth() {
    KeyMemorySerializer other = new KeyMemorySerializer(shape, "dpfp nu 2");
    assertThatThrownBy(
            () ->
                other
                    .snapshotConfiguration()
                    .resolveSchemaCompatibility(serializer.snapshotConfiguration()))
        .isInstanceOf(MemoryShapeException.class)
        .hasMessageContaining("(dpfp nu 1)")
        .hasMessageContaining("(dpfp nu 2)");
  }
}
