package io.fastweights.operator.testkit;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.ModelUpdate.OtherShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * New weights as they are sent to a job.
 *
 * @param weights of a valid file for the job's events; null if the file is invalid
 */
public record Update(ModelUpdate message, SlowWeights weights) {
  private static final String WRONG = "0".repeat(64);

  /** Thousands of schedules draw the same few files, and to write them takes time. */
  private static final Map<String, SlowWeights> WEIGHTS = new HashMap<>();

  private static final Map<String, String> FILES = new HashMap<>();

  public boolean resets() {
    return message.otherShape() == OtherShape.RESET;
  }

  /** Sound weights, which must find memories that fit them. */
  public static Update of(String name, SlowWeights weights, long version) {
    return new Update(message(name, weights, bytes -> bytes, version), weights);
  }

  /** The same, but memories that do not fit are reset. */
  public Update orReset() {
    return new Update(message.orReset(), weights);
  }

  /** Of one of two shapes where events have fields; a fifth is no sound file. */
  public static Update draw(SplittableRandom random, TestModel model, long version) {
    boolean other = model.hasSchema() && random.nextBoolean();
    TestModel own = model.hasSchema() ? TestModel.SCHEMA_TRANSFORMER : model;
    int seed = 1 + random.nextInt(3);
    String name = (other ? "other-" : own + "-") + seed;
    SlowWeights weights =
        WEIGHTS.computeIfAbsent(
            name, key -> other ? Weights.ofAnotherShape(seed) : own.weights(100 + seed));
    Update sound = of(name, weights, version);
    sound = random.nextBoolean() ? sound.orReset() : sound;
    return switch (random.nextInt(15)) {
      case 0 -> new Update(message(name + "-cut", weights, Update::cut, version), null);
      case 1 -> new Update(message(name + "-nan", weights, Update::nan, version), null);
      case 2 -> new Update(sound.message.withSha256(WRONG), null);
      default -> sound;
    };
  }

  private static ModelUpdate message(
      String name, SlowWeights weights, UnaryOperator<byte[]> damage, long version) {
    return ModelUpdate.of(
        FILES.computeIfAbsent(
            name, key -> write(key, damage.apply(Weights.checked(weights, 1, 0).bytes()))),
        version);
  }

  private static String write(String name, byte[] bytes) {
    try {
      Path file = Files.createTempFile(name, ".safetensors");
      file.toFile().deleteOnExit();
      return Files.write(file, bytes).toUri().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] cut(byte[] sound) {
    return Arrays.copyOf(sound, sound.length / 2);
  }

  private static byte[] nan(byte[] sound) {
    ByteBuffer.wrap(sound)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putFloat(sound.length - Float.BYTES, Float.NaN);
    return sound;
  }
}
