package io.fastweights.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Storage;
import io.fastweights.kernels.schema.EncodedEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/**
 * Random damage to stored bytes gives the value that was stored or an {@link IOException}, never
 * anything else, and takes no more room than a small multiple of the bytes. A failing test names
 * the seed.
 */
class StateMutantsTest {
  private static final int MUTANTS = 500;

  /** Bytes a reader may allocate beside a multiple of its input: such lengths are trusted. */
  private static final long FIXED = 2 << 20;

  private static final long TIMES_INPUT = 8;

  /** The first reads load classes, which counts as allocation too. */
  private static final int ATTEMPTS = 3;

  private static final MemoryShape MEMORY = new MemoryShape(2, 3, 4, 5);
  private static final LogShape LOG = new LogShape(2, 3, 4, 5);

  private static final EncodedEvent LAG =
      new EncodedEvent(
          5, true, new int[] {1, 7, 0}, new float[] {1, 2, -3}, 2, new float[] {0, 1}, null);

  @Test
  void damagedMemoriesAreRefused() throws IOException {
    KeyMemorySerializer serializer = new KeyMemorySerializer(MEMORY, "dpfp nu 1");
    for (Storage storage : Storage.values()) {
      float[] weights = floats(MEMORY.floats(), new SplittableRandom(1));
      mutate(
          serializer,
          KeyMemory.of(storage, weights, LAG, 9),
          memory -> {
            assertThat(memory.size()).isEqualTo(MEMORY.floats());
            assertThat(memory.events()).isNotNegative();
            assertSound(memory.lag());
          });
    }
  }

  @Test
  void damagedLogChunksAreRefused() throws IOException {
    LogChunkSerializer serializer = new LogChunkSerializer(LOG);
    SplittableRandom random = new SplittableRandom(2);
    float[] keys = floats(3 * LOG.keys(), random);
    float[] deltas = floats(3 * LOG.deltas(), random);
    float[] values = floats(3 * LOG.columns(), random);
    float[] betas = floats(LOG.heads(), random);
    for (float[] fades : new float[][] {null, floats(3, random)}) {
      for (LoggedEvents events :
          List.of(
              LoggedEvents.ofDeltas(3, keys, deltas, fades),
              LoggedEvents.ofValues(3, keys, values, betas, fades))) {
        mutate(serializer, new LogChunk(Storage.FP32, events, LAG, 9), StateMutantsTest::check);
        LogChunk numbered = new LogChunk(Storage.BF16, events.numberedFrom(7), LAG, 9);
        mutate(serializer, numbered, StateMutantsTest::check);
      }
    }
  }

  private static void check(LogChunk read) {
    LoggedEvents events = read.events();
    assertThat(events.events()).isPositive();
    assertThat(events.keys()).hasSize(events.events() * LOG.keys());
    if (events.ofValues()) {
      assertThat(events.values()).hasSize(events.events() * LOG.columns());
      assertThat(events.betas()).hasSize(LOG.heads());
    } else {
      assertThat(events.deltas()).hasSize(events.events() * LOG.deltas());
    }
    if (events.fades() != null) {
      assertThat(events.fades()).hasSize(events.events());
    }
    assertSound(read.lag());
  }

  private static void assertSound(EncodedEvent lag) {
    assertThat(lag.weights()).hasSameSizeAs(lag.ids());
    assertThat(lag.target()).isNotNull();
    assertThat(lag.vector()).isNull();
  }

  /** Reads mutants of a value; a result must be the value itself (damage after it, or undone). */
  private static <T> void mutate(TypeSerializer<T> serializer, T value, Consumer<T> check)
      throws IOException {
    byte[] sound = bytes(serializer, value);
    int refused = 0;
    for (long seed = 1; seed <= MUTANTS; seed++) {
      byte[] mutant = mutant(sound, new SplittableRandom(seed));
      try {
        T read = readUnderWatch(serializer, mutant);
        if (read == null) {
          refused++;
        } else {
          check.accept(read);
          assertThat(bytes(serializer, read)).as("the stored value").isEqualTo(sound);
        }
      } catch (RuntimeException | AssertionError e) {
        fail("seed " + seed, e);
      }
    }
    assertThat(refused).as("mutants refused").isBetween(MUTANTS * 9 / 10, MUTANTS);
  }

  private static <T> T readUnderWatch(TypeSerializer<T> serializer, byte[] bytes) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long most = FIXED + TIMES_INPUT * bytes.length;
    long allocated = Long.MAX_VALUE;
    T read = null;
    for (int attempt = 0; attempt < ATTEMPTS && allocated > most; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        read = serializer.deserialize(new DataInputDeserializer(bytes));
      } catch (IOException e) {
        assertThat(read).as("the same bytes were read before").isNull();
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertThat(allocated).as("bytes allocated for %d", bytes.length).isLessThanOrEqualTo(most);
    return read;
  }

  /** One to three changes, half of them where the lengths and codes are. */
  private static byte[] mutant(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    for (int change = random.nextInt(3); change >= 0 && bytes.length > 0; change--) {
      int at = random.nextInt(random.nextBoolean() ? bytes.length : Math.min(64, bytes.length));
      switch (random.nextInt(4)) {
        case 0 -> bytes = Arrays.copyOf(bytes, at);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) random.nextInt();
        default -> {
          byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
          System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
          bytes = longer;
        }
      }
    }
    return bytes;
  }

  private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private static float[] floats(int length, SplittableRandom random) {
    float[] floats = new float[length];
    for (int i = 0; i < length; i++) {
      floats[i] = (float) random.nextDouble(-1, 1);
    }
    return floats;
  }
}
