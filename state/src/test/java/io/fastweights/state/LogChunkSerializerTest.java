package io.fastweights.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshotSerializationUtil;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogChunkSerializerTest {
  private final LogShape shape = new LogShape(2, 3, 4, 5);
  private final LogChunkSerializer serializer = new LogChunkSerializer(shape);

  private LogChunk chunk(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int events = 1 + random.nextInt(9);
    float[] keys = floats(random, events * shape.keys());
    float[] fades = random.nextBoolean() ? floats(random, events) : null;
    LoggedEvents logged =
        random.nextBoolean()
            ? LoggedEvents.ofDeltas(events, keys, floats(random, events * shape.deltas()), fades)
            : LoggedEvents.ofValues(
                events,
                keys,
                floats(random, events * shape.columns()),
                floats(random, shape.heads()),
                fades);
    Storage storage = Storage.values()[random.nextInt(2)];
    long total = events + random.nextLong(1L << 40);
    boolean numbered = storage == Storage.BF16 && random.nextBoolean();
    return new LogChunk(
        storage,
        numbered ? logged.numberedFrom(total - events + 1) : logged,
        EncodedEvent.ofTime(random.nextLong()),
        total);
  }

  private static float[] floats(SplittableRandom random, int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
    }
    return floats;
  }

  private byte[] bytes(LogChunk chunk) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(chunk, out);
    return out.getCopyOfBuffer();
  }

  @Test
  void readsBackEveryBit() throws IOException {
    for (long seed = 0; seed < 50; seed++) {
      LogChunk chunk = chunk(seed);
      LogChunk back = serializer.deserialize(new DataInputDeserializer(bytes(chunk)));
      assertThat(bytes(back)).as("seed %d", seed).isEqualTo(bytes(chunk));
      assertThat(back.storage()).isEqualTo(chunk.storage());
      assertThat(back.events())
          .usingRecursiveComparison()
          .withComparatorForType(
              (a, b) -> Integer.compare(Float.floatToIntBits(a), Float.floatToIntBits(b)),
              Float.class)
          .isEqualTo(chunk.events());
      assertThat(back.total()).isEqualTo(chunk.total());
      assertThat(back.lag().timestamp()).isEqualTo(chunk.lag().timestamp());
    }
  }

  /** Values of older releases stay readable; the first two lines are from before fading. */
  @ParameterizedTest
  @CsvSource({
    "FP32, 00000002, ''",
    "BF16, 01000002, ''",
    "FP32, 02000002, 0000803f0000003f",
    "BF16, 03000002, 0000803f0000003f"
  })
  void theBytesOfBeforeThereWereChecksumsStayReadable(Storage storage, String code, String fades)
      throws IOException {
    LogChunk chunk = assertSmall(storage, fades, code + SMALL + fades);
    assertThat(chunk.events().numbered()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "FP32, 54000002, '', c29930ea",
    "BF16, 55000002, '', deb02dee",
    "FP32, 56000002, 0000803f0000003f, 1693479d",
    "BF16, 57000002, 0000803f0000003f, 88d99a65"
  })
  void theBytesStayAsTheyAre(Storage storage, String code, String fades, String checksum)
      throws IOException {
    String hex = code + SMALL + fades + checksum;
    assertStays(storage, fades, hex);
  }

  /** Rounded by the numbers of its events, of which these are the 6th and the 7th. */
  @ParameterizedTest
  @CsvSource({"75000002, '', 55a7167d", "77000002, 0000803f0000003f, 1171d166"})
  void theBytesOfNumberedEventsStayAsTheyAre(String code, String fades, String checksum)
      throws IOException {
    String hex = code + SMALL + fades + checksum;
    LogChunk chunk = assertStays(Storage.BF16, fades, hex);
    assertThat(chunk.events().first()).isEqualTo(6);
  }

  @Test
  void refusesNumbersThatDoNotEndWithTheTotal() {
    LoggedEvents events =
        LoggedEvents.ofDeltas(1, new float[shape.keys()], new float[shape.deltas()], null);
    LogChunk chunk = new LogChunk(Storage.BF16, events.numberedFrom(8), EncodedEvent.ofTime(1), 7);
    assertThatThrownBy(() -> bytes(chunk))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("numbered from 8");
  }

  /** A log of values has its beta between the values and the fades. */
  @ParameterizedTest
  @CsvSource({
    "FP32, 5cfffffd, '', 60ae3d32",
    "BF16, 5dfffffd, '', c4c0c998",
    "FP32, 5efffffd, 0000803f0000003f, 6986e315",
    "BF16, 5ffffffd, 0000803f0000003f, 1c3d474e"
  })
  void theBytesOfValuesStayAsTheyAre(Storage storage, String code, String fades, String checksum)
      throws IOException {
    String hex = code + SMALL + "0000803e" + fades + checksum;
    assertStays(storage, fades, hex);
  }

  /** 7 events so far, a lag of time 5 alone, keys 1 and -2, deltas or values 3 and 4. */
  private static final String SMALL =
      "0000000000000007"
          + "0000000000000005"
          + "00000000"
          + "ffffffff"
          + "00000000"
          + "0000803f000000c0"
          + "0000404000008040";

  private static LogChunk assertStays(Storage storage, String fades, String hex)
      throws IOException {
    LogChunk chunk = assertSmall(storage, fades, hex);
    DataOutputSerializer out = new DataOutputSerializer(16);
    new LogChunkSerializer(new LogShape(1, 1, 1, 1)).serialize(chunk, out);
    assertThat(HexFormat.of().formatHex(out.getCopyOfBuffer())).isEqualTo(hex);
    return chunk;
  }

  private static LogChunk assertSmall(Storage storage, String fades, String hex)
      throws IOException {
    LogChunk back =
        new LogChunkSerializer(new LogShape(1, 1, 1, 1))
            .deserialize(new DataInputDeserializer(HexFormat.of().parseHex(hex)));
    assertThat(back.storage()).isEqualTo(storage);
    assertThat(back.total()).isEqualTo(7);
    assertThat(back.lag().timestamp()).isEqualTo(5);
    LoggedEvents events = back.events();
    assertThat(events.keys()).containsExactly(1, -2);
    if (events.ofValues()) {
      assertThat(events.values()).containsExactly(3, 4);
      assertThat(events.betas()).containsExactly(0.25f);
    } else {
      assertThat(events.deltas()).containsExactly(3, 4);
    }
    assertThat(events.fades()).isEqualTo(fades.isEmpty() ? null : new float[] {1, 0.5f});
    return back;
  }

  @Test
  void refusesAChunkThatIsCutOffOrCorrupt() throws IOException {
    byte[] bytes = bytes(chunk(3));
    for (int length : new int[] {0, 7, 20, bytes.length - 1}) {
      assertThatThrownBy(
              () -> serializer.deserialize(new DataInputDeserializer(Arrays.copyOf(bytes, length))))
          .isInstanceOf(IOException.class);
    }
    for (byte first : new byte[] {0x7e, (byte) 0x80, 0x04, 0x08, 0x0b, 0x00, 0x01, 0x02, 0x03}) {
      // 0x00ffffff events, in fp32 or bf16, fading or not, are more than an array holds of this
      // shape.
      byte[] corrupt = {first, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
      assertThatThrownBy(() -> serializer.deserialize(new DataInputDeserializer(corrupt)))
          .as("%d", first)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(first < 0 || first > 3 ? "format code" : "corrupt");
    }
  }

  /** One event of 2 heads with 3 columns is as long as deltas of before there were checksums. */
  @Test
  void aChunkOfValuesThatLostItsCodeIsRefused() throws IOException {
    LogChunkSerializer likely = new LogChunkSerializer(new LogShape(1, 2, 1, 3));
    LoggedEvents events =
        LoggedEvents.ofValues(
            1, new float[] {1, 2}, new float[] {1, 0, 0}, new float[] {0.3f, 0.1f}, null);
    DataOutputSerializer out = new DataOutputSerializer(16);
    likely.serialize(new LogChunk(Storage.FP32, events, EncodedEvent.ofTime(5), 7), out);
    byte[] bytes = out.getCopyOfBuffer();
    for (byte lost : new byte[] {0, 1, 2, 3}) {
      bytes[0] = lost;
      assertThatThrownBy(() -> likely.deserialize(new DataInputDeserializer(bytes)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void theSnapshotRestoresTheSerializerAndRefusesAnotherShape() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshotSerializationUtil.writeSerializerSnapshot(
        out, serializer.snapshotConfiguration());
    var snapshot =
        TypeSerializerSnapshotSerializationUtil.<LogChunk>readSerializerSnapshot(
            new DataInputDeserializer(out.getCopyOfBuffer()), getClass().getClassLoader());
    assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
    LogChunkSerializer other = new LogChunkSerializer(new LogShape(2, 3, 4, 6));
    assertThatThrownBy(() -> other.snapshotConfiguration().resolveSchemaCompatibility(snapshot))
        .isInstanceOf(MemoryShapeException.class)
        .hasMessageContaining("[2, 3, 4, 5]")
        .hasMessageContaining("[2, 3, 4, 6]");
  }
}
