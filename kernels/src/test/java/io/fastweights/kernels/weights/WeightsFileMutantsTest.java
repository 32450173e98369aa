package io.fastweights.kernels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random damage to a sound file gives its weights or a typed error, never anything else. A failing
 * test names the seed, and {@code -Dfastweights.seed=N} replays it alone.
 */
class WeightsFileMutantsTest {
  private static final int MUTANTS = 500;

  @TempDir Path folder;

  @Test
  void mutantsGiveTheWeightsOrATypedError() throws IOException {
    byte[] sound = soundFile();
    String only = System.getProperty("fastweights.seed", "");
    int refused = 0;
    for (long seed = 1; seed <= MUTANTS; seed++) {
      if (only.isEmpty() || Long.parseLong(only) == seed) {
        byte[] mutant = mutate(sound, new SplittableRandom(seed));
        try {
          WeightsFile read = WeightsBytes.readAny(mutant);
          refused += read == null ? 1 : 0;
          if (read != null) {
            new WeightsFile(read.weights(), Map.of()).write(folder.resolve("again"));
            assertThat(folder.resolve("again")).hasBinaryContent(sound);
          }
        } catch (Exception | AssertionError e) {
          fail("seed " + seed, e);
        }
      }
    }
    if (only.isEmpty()) {
      assertThat(refused).as("mutants refused").isBetween(MUTANTS * 9 / 10, MUTANTS);
    }
  }

  private byte[] soundFile() throws IOException {
    ModelConfig config =
        ModelConfig.builder(Architecture.TRANSFORMER)
            .dim(4)
            .heads(2)
            .dimHead(2)
            .ffMult(1)
            .vocabulary(3)
            .outputs(2)
            .build();
    Path file = folder.resolve("w.safetensors");
    WeightsFile.write(RandomModels.slow(config, new SplittableRandom(1)).weights(), file);
    return Files.readAllBytes(file);
  }

  /** One to three changes; half of them in the header, where most checks are. */
  private static byte[] mutate(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound.clone();
    for (int change = random.nextInt(3); change >= 0 && bytes.length > 0; change--) {
      int range =
          random.nextBoolean() ? bytes.length : Math.min(bytes.length, WeightsBytes.dataAt(sound));
      int at = random.nextInt(range);
      int length = 1 + random.nextInt(Math.min(24, bytes.length - at));
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> flip(bytes, at, random);
            case 2 -> spliced(bytes, at, at, random(length, random));
            case 3 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            default -> spliced(bytes, at, at + length, new byte[0]);
          };
    }
    return bytes;
  }

  private static byte[] flip(byte[] bytes, int at, SplittableRandom random) {
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private static byte[] random(int length, SplittableRandom random) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The bytes with others in place of {@code from ... to - 1}. */
  private static byte[] spliced(byte[] bytes, int from, int to, byte[] others) {
    byte[] result = Arrays.copyOf(bytes, from + others.length + bytes.length - to);
    System.arraycopy(others, 0, result, from, others.length);
    System.arraycopy(bytes, to, result, from + others.length, bytes.length - to);
    return result;
  }
}
