package io.fastweights.jobs.quality;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFields;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * Gives each event the guesses of the baselines that all keys share: the running mean of all
 * labels, and that of the labels with the same value of a field. One subtask, before the events are
 * shared out, sees them in the order of their files; so no guess depends on the parallelism.
 *
 * <p>A mean counts one event of its prior beside the labels: of all labels the schema's mean or
 * equal shares of the classes; of a field's value the mean of all.
 */
public final class SharedAverages extends RichMapFunction<Event, Event>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1L;

  private final Layout layout;
  private final String schemaJson;
  private final EventFields reader;

  private transient Schema schema;
  private transient RawEvent raw;
  private transient int[] features;

  /** For all, then for each field's value: events, then the sum of their targets. */
  private transient double[][] sums;

  private transient ListState<double[]> state;

  SharedAverages(Layout layout, Schema schema, List<String> columns) {
    this.layout = layout;
    this.schemaJson = SchemaJson.write(schema);
    this.reader = new EventFields(schema, columns);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "shared-averages", PrimitiveArrayTypeInfo.DOUBLE_PRIMITIVE_ARRAY_TYPE_INFO));
    schema = SchemaJson.parse(schemaJson);
    int width = 1 + layout.dim();
    sums = new double[layout.shared()][];
    features = new int[layout.shared()];
    sums[0] = new double[width];
    for (int i = 1; i < sums.length; i++) {
      int place = layout.fields()[i - 1];
      sums[i] = new double[width * schema.fields().get(place).ids()];
      features[i] = schema.fields().subList(0, place).stream().mapToInt(Field::features).sum();
    }
    int at = 0;
    for (double[] stored : state.get()) {
      if (at < sums.length && stored.length == sums[at].length) {
        sums[at++] = stored;
      }
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    state.clear();
    for (double[] sum : sums) {
      state.add(sum.clone());
    }
  }

  @Override
  public void open(OpenContext context) {
    raw = schema.newEvent();
  }

  @Override
  public Event map(Event event) {
    if (event.forgets()) {
      return event;
    }
    EncodedEvent encoded;
    try {
      raw.clear();
      reader.read(event, raw);
      encoded = schema.encode(raw);
    } catch (MalformedEventException e) {
      // The memories refuse it, too, and give the reason.
      return event;
    }
    float[] guesses = new float[layout.shared() * layout.dim()];
    guess(sums[0], 0, layout.unknown(), null, guesses, 0);
    for (int i = 1; i < sums.length; i++) {
      guess(sums[i], place(encoded, i), 0, guesses, guesses, i * layout.dim());
    }
    if (encoded.observe()) {
      for (int i = 0; i < sums.length; i++) {
        learn(sums[i], i == 0 ? 0 : place(encoded, i), event, encoded);
      }
    }
    return event.withGuesses(guesses);
  }

  private int place(EncodedEvent event, int average) {
    return event.ids()[features[average]] * (1 + layout.dim());
  }

  /**
   * @param priors null to take the one prior
   */
  private void guess(double[] sum, int at, float prior, float[] priors, float[] into, int to) {
    for (int j = 0; j < layout.dim(); j++) {
      double first = priors == null ? prior : priors[j];
      into[to + j] = (float) ((sum[at + 1 + j] + first) / (sum[at] + 1));
    }
  }

  private void learn(double[] sum, int at, Event event, EncodedEvent encoded) {
    sum[at]++;
    for (int j = 0; j < layout.dim(); j++) {
      sum[at + 1 + j] += layout.kind() == Kind.NUMBER ? number(event) : encoded.target()[j];
    }
  }

  /** The label in its unit, clipped as the memories clip it. */
  private double number(Event event) {
    double distance = Double.parseDouble(reader.target(event).trim()) - layout.mean();
    return layout.mean() + Math.max(-layout.most(), Math.min(layout.most(), distance));
  }
}
