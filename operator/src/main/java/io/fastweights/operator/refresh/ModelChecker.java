package io.fastweights.operator.refresh;

import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.AllowedPaths;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.ModelUpdate.OtherShape;
import io.fastweights.operator.api.RefusedModel;
import io.fastweights.operator.api.Sha256;
import io.fastweights.operator.metrics.FastWeightMetrics;
import io.fastweights.operator.model.EventModel;
import io.fastweights.operator.model.ModelSpec;
import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.FormerUnionState;
import io.fastweights.operator.stored.StoredNames;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads new weights and checks them, once for all subtasks of the operator: either all of them get
 * the same bytes or none does, and a refusal is emitted once.
 *
 * <p>An update arrives before the barrier that follows it: Flink aligns checkpoints on broadcast
 * edges, even if they are unaligned elsewhere. So this state has the same version as the
 * operator's.
 */
@Internal
public final class ModelChecker extends ProcessFunction<ModelUpdate, CheckedWeights>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(ModelChecker.class);

  /** Type of the checker's output, which is broadcast to all subtasks. */
  public static final TypeInformation<CheckedWeights> CHECKED =
      Types.POJO(
          CheckedWeights.class,
          Map.of(
              "path", Types.STRING,
              "version", Types.LONG,
              "generation", Types.LONG,
              "sha256", Types.STRING,
              "bytes", Types.PRIMITIVE_ARRAY(Types.BYTE)));

  public static final OutputTag<RefusedModel> REFUSED =
      new OutputTag<>("refused-models", RefusedModel.type());

  private static final TypeInformation<Tuple3<Long, Long, String>> ACCEPTED =
      Types.TUPLE(Types.LONG, Types.LONG, Types.STRING);

  private final ModelSpec spec;
  private final Configuration options;
  private final String events;

  private long version;
  private long generation;
  private String memories;

  private transient BroadcastState<String, Tuple3<Long, Long, String>> state;
  private transient Counter accepted;
  private transient Counter refused;

  /**
   * @param spec of the job, with its initial weights
   * @param first the model created from it
   */
  public ModelChecker(ModelSpec spec, Configuration options, EventModel first) {
    this.spec = spec.with(null);
    this.options = options;
    this.events = first.events();
    this.memories = first.memories();
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    OperatorStateStore store = context.getOperatorStateStore();
    for (Tuple3<Long, Long, String> former :
        FormerUnionState.take(
            store, new ListStateDescriptor<>(StoredNames.CHECKED_VERSION_6, ACCEPTED))) {
      accept(former);
    }
    state =
        store.getBroadcastState(
            new MapStateDescriptor<>(StoredNames.CHECKED_VERSION, Types.STRING, ACCEPTED));
    Tuple3<Long, Long, String> last = state.get(StoredNames.CHECKED_VERSION);
    if (last != null) {
      accept(last);
    }
  }

  private void accept(Tuple3<Long, Long, String> last) {
    version = last.f0;
    generation = last.f1;
    memories = last.f2;
  }

  /**
   * A scheduler may run more subtasks than configured. All updates go to the first, which gets the
   * first one's state after a rescaling.
   */
  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    if (version > 0) {
      state.put(StoredNames.CHECKED_VERSION, Tuple3.of(version, generation, memories));
    }
  }

  @Override
  public void open(OpenContext context) {
    MetricGroup group =
        getRuntimeContext().getMetricGroup().addGroup(FastWeightMetrics.GROUP).addGroup("models");
    accepted = group.counter("accepted");
    refused = group.counter("refused");
  }

  @Override
  public void processElement(ModelUpdate update, Context context, Collector<CheckedWeights> out) {
    CheckedWeights checked;
    try {
      checked = check(update);
    } catch (IOException | RuntimeException e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.warn("refused {}: {}", oneLine(update.toString()), oneLine(reason));
      LOG.debug("refused because of", e);
      refused.inc();
      context.output(REFUSED, new RefusedModel(update.path(), update.version(), reason));
      return;
    }
    LOG.info("{} is sound", checked);
    accepted.inc();
    out.collect(checked);
  }

  /** Removes line breaks: the sender of an update must not forge lines of the log. */
  private static String oneLine(String text) {
    return text.replace('\r', ' ').replace('\n', ' ');
  }

  private CheckedWeights check(ModelUpdate update) throws IOException {
    if (update.path().chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("the path has a control character");
    }
    if (update.version() <= version) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "version is %d, must be above %d, which serves",
              update.version(),
              version));
    }
    byte[] bytes = AllowedPaths.of(options).read(update.path());
    String sha256 = Sha256.hex(bytes);
    if (update.sha256() != null && !update.sha256().equalsIgnoreCase(sha256)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: its SHA-256 is %s, must be %s",
              update.path(),
              sha256,
              update.sha256()));
    }
    EventModel model = spec.with(WeightsFile.load(bytes, update.path()).weights()).create(options);
    if (!model.events().equals(events)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: the model takes %s, the job has %s",
              update.path(),
              model.events(),
              events));
    }
    boolean fits = model.memories().equals(memories);
    if (!fits && update.otherShape() != OtherShape.RESET) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: its memories are %s, those of the job %s: they cannot be kept, and the update does not ask for a reset",
              update.path(),
              model.memories(),
              memories));
    }
    version = update.version();
    generation = fits ? generation : version;
    memories = model.memories();
    return new CheckedWeights(update.path(), version, generation, sha256, bytes);
  }
}
