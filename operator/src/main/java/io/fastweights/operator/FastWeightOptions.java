package io.fastweights.operator;

import io.fastweights.kernels.engine.EngineOptions.DenseProducts;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.Storage;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.DescribedEnum;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.description.InlineElement;
import org.apache.flink.configuration.description.TextElement;

/**
 * The operator's options. Set on the builder, or for all operators of a job in Flink's
 * configuration under the same keys; the builder wins.
 */
public final class FastWeightOptions {
  private FastWeightOptions() {}

  public static final ConfigOption<Integer> BATCH_SIZE =
      ConfigOptions.key("fastweights.batch-size")
          .intType()
          .defaultValue(256)
          .withDescription(
              "Most events that are stepped together. Predictions do not depend on it.");

  public static final ConfigOption<Duration> LINGER =
      ConfigOptions.key("fastweights.linger")
          .durationType()
          .defaultValue(Duration.ofMillis(20))
          .withDescription(
              "How long an event may wait for its batch to fill, in processing time. 0 steps"
                  + " every event at once.");

  public static final ConfigOption<MemorySize> CACHE_SIZE =
      ConfigOptions.key("fastweights.cache-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription(
              "Memories that a subtask keeps ready beside the state backend, in bytes. A key takes 4"
                  + " bytes (2 in bf16) times layers, heads, rows and columns, and 256 more; the keys of one"
                  + " batch always have room. What a key has learned since it was last saved comes"
                  + " on top: at most the fold threshold times its memory. Predictions do not depend"
                  + " on it.");

  public static final ConfigOption<Double> FOLD_THRESHOLD =
      ConfigOptions.key("fastweights.fold-threshold")
          .doubleType()
          .defaultValue(1.0)
          .withDescription(
              "How large a key's log in state may grow, as a fraction of its memory's size, before"
                  + " it is folded into a new base; twice that for a key that is saved while it"
                  + " stays in the cache. 0 keeps memories whole. Predictions do not depend on it.");

  public static final ConfigOption<Integer> UNSAVED_KEYS =
      ConfigOptions.key("fastweights.unsaved-keys")
          .intType()
          .defaultValue(1024)
          .withDescription(
              "Most keys of a subtask that may have learned what the state backend does not have"
                  + " when a checkpoint comes, which saves them while the subtask stands still."
                  + " Those beyond are saved before, the least used first. Between two checkpoints"
                  + " up to eight times as many may wait. Fewer make the pause shorter, more save a"
                  + " key that is often used less often. Predictions do not depend on it.");

  public static final ConfigOption<Duration> TTL =
      ConfigOptions.key("fastweights.ttl")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "How long a key is remembered after it last learned, by the times of its own events;"
                  + " later events find its memory empty. Asks do not prolong it. What is dead"
                  + " leaves the state as the watermark advances. 0 is for ever.");

  public static final ConfigOption<Duration> HALF_LIFE =
      ConfigOptions.key("fastweights.half-life")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "How long it takes until half of what a key has learned has faded, by the times of its"
                  + " own events, counted in sixteenths of it. A memory fades when its key's next"
                  + " event comes; asks read it faded and leave it as it was. It may change between"
                  + " a savepoint and the job that restores it. Weights are trained without fading."
                  + " 0 is never.");

  public static final ConfigOption<StorageFormat> STORAGE =
      ConfigOptions.key("fastweights.storage")
          .enumType(StorageFormat.class)
          .defaultValue(StorageFormat.FP32)
          .withDescription(
              "How a memory is held, beside the engine and in state. It may change between a"
                  + " savepoint and the job that restores it: a key's base changes when it is next"
                  + " folded.");

  public static final ConfigOption<Device> ENGINE =
      ConfigOptions.key("fastweights.engine")
          .enumType(Device.class)
          .defaultValue(Device.AUTO)
          .withDescription(
              "What the arithmetic runs on: CUDA, CPU, or AUTO for CUDA where a usable device is.");

  public static final ConfigOption<DenseProducts> CUDA_DENSE_PRODUCTS =
      ConfigOptions.key("fastweights.cuda.dense-products")
          .enumType(DenseProducts.class)
          .defaultValue(DenseProducts.OWN)
          .withDescription(
              "What multiplies events by slow weights on a CUDA device: OWN kernels, whose bits do"
                  + " not depend on batches and are the CPU's, or CUBLAS, NVIDIA's library in full"
                  + " fp32, which promises neither. CUBLAS needs libcublas.so.12; without it OWN"
                  + " takes its place, with a warning.");

  public static final ConfigOption<EventOrder> ORDER =
      ConfigOptions.key("fastweights.event-order")
          .enumType(EventOrder.class)
          .defaultValue(EventOrder.REFUSE)
          .withDescription(
              "What to do with an event that is older than the last observed event of its key.");

  public static final ConfigOption<Integer> ASSOCIATIVE_KEY_DIM =
      ConfigOptions.key("fastweights.associative.key-dim")
          .intType()
          .defaultValue(256)
          .withDescription(
              "Without weights: floats of a head's key. W has 2 * nu * key-dim rows a head.");

  public static final ConfigOption<Integer> ASSOCIATIVE_NU =
      ConfigOptions.key("fastweights.associative.nu")
          .intType()
          .defaultValue(2)
          .withDescription("Without weights: the capacity factor of DPFP.");

  public static final ConfigOption<List<Double>> ASSOCIATIVE_BETAS =
      ConfigOptions.key("fastweights.associative.betas")
          .doubleType()
          .asList()
          .defaultValues(0.3, 0.1)
          .withDescription(
              "Without weights: the learning rate of each head, in (0, 1]. The answer is the mean"
                  + " of a fast and a slow head by default.");

  public static final ConfigOption<Long> ASSOCIATIVE_SEED =
      ConfigOptions.key("fastweights.associative.seed")
          .longType()
          .defaultValue(1L)
          .withDescription(
              "Without weights: seed of the random projection that makes keys of features. It must"
                  + " stay the same for as long as the memories live.");

  public static final ConfigOption<Boolean> EMBEDDING =
      ConfigOptions.key("fastweights.embedding")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether predictions carry the event's vector before the model's head.");

  public static final ConfigOption<Duration> LABELS_TTL =
      ConfigOptions.key("fastweights.labels.ttl")
          .durationType()
          .defaultValue(Duration.ofDays(7))
          .withDescription(
              "How long the answer to an ask is remembered for its label, in processing time, up"
                  + " to a sixteenth more.");

  public static final ConfigOption<Integer> PREQUENTIAL_WINDOW =
      ConfigOptions.key("fastweights.prequential.window")
          .intType()
          .defaultValue(10_000)
          .withDescription("Scored events of a subtask that the windowed measures are taken over.");

  public static final ConfigOption<Double> PREQUENTIAL_FADING =
      ConfigOptions.key("fastweights.prequential.fading")
          .doubleType()
          .defaultValue(0.999)
          .withDescription(
              "What an event's weight in the faded measures is multiplied by at every later event,"
                  + " in (0, 1].");

  public static final ConfigOption<Double> DRIFT_DELTA =
      ConfigOptions.key("fastweights.drift.delta")
          .doubleType()
          .defaultValue(0.002)
          .withDescription(
              "The drift detector's probability of a false alarm, in (0, 1): the smaller, the more"
                  + " evidence it needs.");

  public static final ConfigOption<List<String>> DATA_ROOTS =
      ConfigOptions.key("fastweights.data.roots")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Folders below which a job of 'fastweights run' may read event files and schemas;"
                  + " compared with a file's real path. None is anywhere.");

  public static final ConfigOption<List<String>> WEIGHTS_ROOTS =
      ConfigOptions.key("fastweights.weights.roots")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Folders below which weights may be read, as paths or URIs; local ones are compared"
                  + " with the file's real path. None is anywhere of the allowed schemes.");

  public static final ConfigOption<List<String>> WEIGHTS_SCHEMES =
      ConfigOptions.key("fastweights.weights.schemes")
          .stringType()
          .asList()
          .defaultValues(
              "file", "s3", "s3a", "s3p", "hdfs", "gs", "abfs", "abfss", "wasb", "wasbs", "oss",
              "viewfs")
          .withDescription("URI schemes that weights may be read from, in lower case.");

  public static final ConfigOption<List<String>> WEIGHTS_SHA256 =
      ConfigOptions.key("fastweights.weights.sha256")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "SHA-256 digests, in hexadecimal, of which a weights file must have one. None is any"
                  + " file.");

  /** Every option, in the order of the documentation. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        BATCH_SIZE,
        LINGER,
        CACHE_SIZE,
        FOLD_THRESHOLD,
        UNSAVED_KEYS,
        TTL,
        HALF_LIFE,
        STORAGE,
        ENGINE,
        CUDA_DENSE_PRODUCTS,
        ORDER,
        ASSOCIATIVE_KEY_DIM,
        ASSOCIATIVE_NU,
        ASSOCIATIVE_BETAS,
        ASSOCIATIVE_SEED,
        EMBEDDING,
        LABELS_TTL,
        PREQUENTIAL_WINDOW,
        PREQUENTIAL_FADING,
        DRIFT_DELTA,
        DATA_ROOTS,
        WEIGHTS_ROOTS,
        WEIGHTS_SCHEMES,
        WEIGHTS_SHA256);
  }

  /** What happens to an event that is older than its key's last observed one. */
  public enum EventOrder implements DescribedEnum {
    REFUSE("It goes to the malformed side output."),
    ACCEPT("It is taken as it arrives; time since the last event counts as 0.");

    private final String description;

    EventOrder(String description) {
      this.description = description;
    }

    @Override
    public InlineElement getDescription() {
      return TextElement.text(description);
    }
  }

  /** How a memory is held; the arithmetic is in fp32 either way. */
  public enum StorageFormat implements DescribedEnum {
    FP32(Storage.FP32, "Four bytes a weight, exactly what the arithmetic gives."),
    BF16(
        Storage.BF16,
        "Two bytes a weight: the range of fp32 with 8 bits of precision. A weight is rounded at"
            + " every event that rewrites it, so results do not depend on batches here either.");

    private final Storage storage;
    private final String description;

    StorageFormat(Storage storage, String description) {
      this.storage = storage;
      this.description = description;
    }

    /** The engine's name for it. */
    Storage storage() {
      return storage;
    }

    @Override
    public InlineElement getDescription() {
      return TextElement.text(description);
    }
  }
}
