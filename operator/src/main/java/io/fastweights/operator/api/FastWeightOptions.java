package io.fastweights.operator.api;

import io.fastweights.kernels.engine.EngineOptions.DenseProducts;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.model.Storage;
import java.time.Duration;
import java.util.List;
import org.apache.flink.annotation.PublicEvolving;
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
@PublicEvolving
public final class FastWeightOptions {
  private FastWeightOptions() {}

  public static final ConfigOption<Integer> BATCH_SIZE =
      ConfigOptions.key("fastweights.batch-size")
          .intType()
          .defaultValue(256)
          .withDescription(
              "Maximum number of events in a batch. Larger batches suit a GPU. Predictions"
                  + " do not depend on it.");

  public static final ConfigOption<Duration> LINGER =
      ConfigOptions.key("fastweights.linger")
          .durationType()
          .defaultValue(Duration.ofMillis(20))
          .withDescription(
              "Maximum time in processing time that an event waits for its batch to fill."
                  + " It adds to latency. 0 flushes every event at once. Predictions do not"
                  + " depend on it.");

  public static final ConfigOption<MemorySize> CACHE_SIZE =
      ConfigOptions.key("fastweights.cache-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription(
              "Size of each subtask's cache of memories, in addition to the state backend."
                  + " A key takes 4 bytes (2 in bf16) times layers, heads, rows and columns, plus"
                  + " 256 bytes, plus what its key has beyond 64 bytes when serialized. The keys"
                  + " of one batch always fit. Unsaved log entries are not"
                  + " included: at most the fold threshold times the size of the memory for each"
                  + " key. Predictions do not depend on it.");

  public static final ConfigOption<Double> FOLD_THRESHOLD =
      ConfigOptions.key("fastweights.fold-threshold")
          .doubleType()
          .defaultValue(1.0)
          .withDescription(
              "Size of a key's log in state, as a fraction of the size of its memory, at"
                  + " which the log is folded into a new base. The limit is doubled for a key"
                  + " that is saved while it stays in the cache. 0 stores whole memories and no"
                  + " logs. Predictions do not depend on it.");

  public static final ConfigOption<Integer> UNSAVED_KEYS =
      ConfigOptions.key("fastweights.unsaved-keys")
          .intType()
          .defaultValue(1024)
          .withDescription(
              "Maximum number of keys of a subtask with unsaved updates at a checkpoint."
                  + " Excess keys are written earlier, least recently used first. Between two"
                  + " checkpoints the limit is eight times as high. Lower: shorter pauses;"
                  + " higher: fewer writes. Predictions do not depend on it.");

  public static final ConfigOption<Duration> TTL =
      ConfigOptions.key("fastweights.ttl")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "Time to live of a key after its last observed event, in event time. An"
                  + " expired memory reads as empty; asks do not prolong it. Expired keys are"
                  + " removed from state as the watermark advances. 0 disables expiry.");

  public static final ConfigOption<Duration> HALF_LIFE =
      ConfigOptions.key("fastweights.half-life")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "Event time in which half of a memory decays, counted in sixteenths of it."
                  + " The decay is applied when the next event of the key arrives; an ask reads"
                  + " the decayed memory and leaves the stored one unchanged. The value may"
                  + " change between a savepoint and the job that restores it. Training does not"
                  + " use it. 0 disables decay.");

  public static final ConfigOption<StorageFormat> STORAGE =
      ConfigOptions.key("fastweights.storage")
          .enumType(StorageFormat.class)
          .defaultValue(StorageFormat.FP32)
          .withDescription(
              "Number format of memories in the cache and in state. It may change between a"
                  + " savepoint and the job that restores it; a stored base is converted when it"
                  + " is next folded.");

  public static final ConfigOption<Device> ENGINE =
      ConfigOptions.key("fastweights.engine")
          .enumType(Device.class)
          .defaultValue(Device.AUTO)
          .withDescription(
              "Device of the arithmetic: CUDA, CPU, or AUTO, which takes CUDA if a usable"
                  + " device is present.");

  public static final ConfigOption<EngineThreads> ENGINE_THREAD =
      ConfigOptions.key("fastweights.engine-thread")
          .enumType(EngineThreads.class)
          .defaultValue(EngineThreads.AUTO)
          .withDescription(
              "Thread in which a CPU engine steps batches. Predictions do not depend on it.");

  public static final ConfigOption<DenseProducts> CUDA_DENSE_PRODUCTS =
      ConfigOptions.key("fastweights.cuda.dense-products")
          .enumType(DenseProducts.class)
          .defaultValue(DenseProducts.OWN)
          .withDescription(
              "Implementation of dense products on a CUDA device. OWN: this project's"
                  + " kernels; their results have the same bits as the CPU's and do not depend on"
                  + " batches. CUBLAS: NVIDIA's library in full fp32, without that guarantee; it"
                  + " needs libcublas.so.12 and falls back to OWN with a warning.");

  public static final ConfigOption<EventOrder> ORDER =
      ConfigOptions.key("fastweights.event-order")
          .enumType(EventOrder.class)
          .defaultValue(EventOrder.REFUSE)
          .withDescription(
              "Treatment of an event that is older than the last observed event of its key.");

  public static final ConfigOption<Integer> ASSOCIATIVE_KEY_DIM =
      ConfigOptions.key("fastweights.associative.key-dim")
          .intType()
          .defaultValue(256)
          .withDescription(
              "Associative memory only: number of floats in a head's key. W has 2 * nu *"
                  + " key-dim rows a head.");

  public static final ConfigOption<Integer> ASSOCIATIVE_NU =
      ConfigOptions.key("fastweights.associative.nu")
          .intType()
          .defaultValue(2)
          .withDescription("Associative memory only: capacity factor nu of DPFP.");

  public static final ConfigOption<StepSizes> ASSOCIATIVE_STEP_SIZES =
      ConfigOptions.key("fastweights.associative.step-sizes")
          .enumType(StepSizes.class)
          .defaultValue(StepSizes.CONSTANT)
          .withDescription(
              "Associative memory only: step sizes of W's rows. They must not change while memories"
                  + " live.");

  public static final ConfigOption<List<Double>> ASSOCIATIVE_BETAS =
      ConfigOptions.key("fastweights.associative.betas")
          .doubleType()
          .asList()
          .defaultValues(0.3, 0.1)
          .withDescription(
              "Associative memory only: learning rate beta of each head, in (0, 1]. The"
                  + " prediction is the mean over the heads, by default one fast and one slow. With"
                  + " step sizes PER_ROW the first step is the root of beta, later ones are"
                  + " smaller the smaller beta is, and the default is 0.5;0.1.");

  public static final ConfigOption<Long> ASSOCIATIVE_SEED =
      ConfigOptions.key("fastweights.associative.seed")
          .longType()
          .defaultValue(1L)
          .withDescription(
              "Associative memory only: seed of the random projection from features to"
                  + " keys. It must not change while memories live.");

  public static final ConfigOption<Boolean> EMBEDDING =
      ConfigOptions.key("fastweights.embedding")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Adds the event's hidden vector (the input of the model's head) to"
                  + " predictions.");

  public static final ConfigOption<Integer> RANKING_SIZE =
      ConfigOptions.key("fastweights.ranking.size")
          .intType()
          .defaultValue(10)
          .withDescription(
              "Number of items in a ranking, where the target is an item. An item beyond it counts"
                  + " as not found in the measures.");

  public static final ConfigOption<Duration> LABELS_TTL =
      ConfigOptions.key("fastweights.labels.ttl")
          .durationType()
          .defaultValue(Duration.ofDays(7))
          .withDescription(
              "Processing time for which the prediction of an ask waits for its label."
                  + " Removal may come up to a sixteenth later.");

  public static final ConfigOption<Integer> PREQUENTIAL_WINDOW =
      ConfigOptions.key("fastweights.prequential.window")
          .intType()
          .defaultValue(10_000)
          .withDescription(
              "Number of scored events in the window of the windowed measures, for each"
                  + " subtask.");

  public static final ConfigOption<Double> PREQUENTIAL_FADING =
      ConfigOptions.key("fastweights.prequential.fading")
          .doubleType()
          .defaultValue(0.999)
          .withDescription("Fading factor of the faded measures for each event, in (0, 1].");

  public static final ConfigOption<Double> DRIFT_DELTA =
      ConfigOptions.key("fastweights.drift.delta")
          .doubleType()
          .defaultValue(0.002)
          .withDescription(
              "Probability of a false alarm of the drift detector (ADWIN's delta), in (0,"
                  + " 1). A smaller value needs more evidence.");

  public static final ConfigOption<Double> FALSE_ALARM_RATE =
      ConfigOptions.key("fastweights.anomaly.false-alarm-rate")
          .doubleType()
          .defaultValue(0.001)
          .withDescription(
              "Share of a key's events that are alarms while nothing unusual happens, in 1e-6 ..."
                  + " 0.01. It sets is_anomaly and leaves the score alone. It may change between a"
                  + " savepoint and the job that restores it.");

  public static final ConfigOption<List<String>> DATA_ROOTS =
      ConfigOptions.key("fastweights.data.roots")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Folders from which a job of 'fastweights run' may read event files and"
                  + " schemas, compared with the real path of a file. Empty: any folder.");

  public static final ConfigOption<List<String>> WEIGHTS_ROOTS =
      ConfigOptions.key("fastweights.weights.roots")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Folders from which weights may be read, as paths or URIs. Local files are"
                  + " compared by their real path. Empty: any folder of the allowed schemes.");

  public static final ConfigOption<List<String>> WEIGHTS_SCHEMES =
      ConfigOptions.key("fastweights.weights.schemes")
          .stringType()
          .asList()
          .defaultValues(
              "file", "s3", "s3a", "s3p", "hdfs", "gs", "abfs", "abfss", "wasb", "wasbs", "oss",
              "viewfs")
          .withDescription("URI schemes from which weights may be read, in lower case.");

  public static final ConfigOption<List<String>> WEIGHTS_SHA256 =
      ConfigOptions.key("fastweights.weights.sha256")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Accepted SHA-256 digests of weights files, in hexadecimal. Empty: any file.");

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
        ENGINE_THREAD,
        CUDA_DENSE_PRODUCTS,
        ORDER,
        ASSOCIATIVE_KEY_DIM,
        ASSOCIATIVE_NU,
        ASSOCIATIVE_STEP_SIZES,
        ASSOCIATIVE_BETAS,
        ASSOCIATIVE_SEED,
        EMBEDDING,
        RANKING_SIZE,
        LABELS_TTL,
        PREQUENTIAL_WINDOW,
        PREQUENTIAL_FADING,
        DRIFT_DELTA,
        FALSE_ALARM_RATE,
        DATA_ROOTS,
        WEIGHTS_ROOTS,
        WEIGHTS_SCHEMES,
        WEIGHTS_SHA256);
  }

  /** Step sizes of the rows of an associative memory. */
  public enum StepSizes implements DescribedEnum {
    CONSTANT("beta of the head, for every row: the delta rule."),
    PER_ROW(
        "One for each row: large where the row was seldom written, smaller with every write. Not on"
            + " a CUDA device.");

    private final String description;

    StepSizes(String description) {
      this.description = description;
    }

    @Override
    public InlineElement getDescription() {
      return TextElement.text(description);
    }
  }

  /** Treatment of an event that is older than the last observed event of its key. */
  public enum EventOrder implements DescribedEnum {
    REFUSE("The event goes to the malformed side output."),
    ACCEPT("The event is processed on arrival; its elapsed time counts as 0.");

    private final String description;

    EventOrder(String description) {
      this.description = description;
    }

    @Override
    public InlineElement getDescription() {
      return TextElement.text(description);
    }
  }

  /** Thread in which a CPU engine steps batches. */
  public enum EngineThreads implements DescribedEnum {
    AUTO(
        "One of its own if the TaskManager has more processors than slots and batches are large"
            + " enough, else the task's."),
    OWN("One of its own: the task loads the next batch and emits the last one meanwhile."),
    TASK("The task's.");

    private final String description;

    EngineThreads(String description) {
      this.description = description;
    }

    @Override
    public InlineElement getDescription() {
      return TextElement.text(description);
    }
  }

  /** Number format of a memory; the arithmetic is in fp32 in both. */
  public enum StorageFormat implements DescribedEnum {
    FP32(Storage.FP32, "Four bytes a weight; exact."),
    BF16(
        Storage.BF16,
        "Two bytes a weight: the exponent of fp32 and 8 bits of precision. A weight is rounded"
            + " at each event that rewrites it, so results do not depend on batches.");

    private final Storage storage;
    private final String description;

    StorageFormat(Storage storage, String description) {
      this.storage = storage;
      this.description = description;
    }

    /** The engine's name for it. */
    public Storage storage() {
      return storage;
    }

    @Override
    public InlineElement getDescription() {
      return TextElement.text(description);
    }
  }
}
