package io.fastweights.kernels.train.sequence;

import io.fastweights.kernels.schema.EncodedEvent;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers a stream's events into one sequence for each key, as a model with a schema's embeddings
 * takes them: the fields of an event, and those of the key's last observed event with its target
 * (the lag). {@link io.fastweights.kernels.schema.InputEncoder} makes the same input of them.
 */
public final class SequenceBuilder {
  private final Schema schema;
  private final int[] now;
  private final int[] lagged;
  private final int laggedTarget;
  private final Map<String, Growing> sequences = new LinkedHashMap<>();

  /** Sequences for models with this schema. */
  public SequenceBuilder(Schema schema) {
    this.schema = schema;
    int n = schema.fields().size();
    now = new int[n];
    lagged = new int[n];
    int row = 0;
    for (int[] first : new int[][] {now, lagged}) {
      for (int i = 0; i < n; i++) {
        first[i] = row;
        row += schema.fields().get(i).ids();
      }
    }
    laggedTarget = row;
  }

  /** Adds an event that counts if it is observed and has a target. */
  public void add(String key, EncodedEvent event) {
    boolean known = event.observe() && event.targetId() >= 0;
    add(key, event, known ? label(event.targetId(), event.target()) : Float.NaN);
  }

  /**
   * Adds an event.
   *
   * @param label the value to predict at this event, see {@link #label(Object)}; NaN if the event
   *     does not count
   */
  public void add(String key, EncodedEvent event, float label) {
    Growing s = sequences.computeIfAbsent(key, k -> new Growing());
    fields(s, now, event, s.lag);
    if (s.lag != null) {
      fields(s, lagged, s.lag, null);
      if (s.lag.targetId() >= 0) {
        s.feature(laggedTarget + s.lag.targetId(), schema.target().lagWeight(s.lag.target()));
      }
    }
    s.event(label, !event.observe(), event.timestamp());
    if (event.observe()) {
      s.lag = event.asLag();
    }
  }

  private void fields(Growing s, int[] first, EncodedEvent event, EncodedEvent lag) {
    int feature = 0;
    for (int i = 0; i < first.length; i++) {
      Field field = schema.fields().get(i);
      if (lag != null && field.isOfLag()) {
        s.feature(first[i] + field.lagId(event, lag), field.lagWeight(lag, schema.target()));
        feature++;
        continue;
      }
      for (int f = 0; f < field.features(); f++, feature++) {
        int id = event.ids()[feature];
        // A trained model has no vector for a missing number: its share of the input is zero.
        boolean trained = id < field.ids();
        s.feature(first[i] + (trained ? id : 0), trained ? event.weights()[feature] : 0);
      }
    }
  }

  /**
   * The label of a target's value.
   *
   * @throws MalformedEventException if it is missing or not of the target
   */
  public float label(Object value) throws MalformedEventException {
    float[] encoded = new float[schema.target().dim()];
    return label(schema.target().encode(value, encoded), encoded);
  }

  private float label(int id, float[] encoded) {
    return schema.target() instanceof Target.Classes ? id : encoded[0];
  }

  /** The sequences so far, in the order of their first events. */
  public List<EventSequence> build() {
    List<EventSequence> built = new ArrayList<>();
    sequences.forEach((key, s) -> built.add(s.build(key)));
    return built;
  }

  /** A sequence that grows. */
  private static final class Growing {
    private EncodedEvent lag;
    private int events;
    private int features;
    private int[] starts = new int[9];
    private int[] rows = new int[64];
    private float[] weights = new float[64];
    private float[] labels = new float[8];
    private boolean[] asks = new boolean[8];
    private long[] times = new long[8];

    void feature(int row, float weight) {
      if (weight == 0) {
        return;
      }
      if (features == rows.length) {
        rows = Arrays.copyOf(rows, 2 * features);
        weights = Arrays.copyOf(weights, 2 * features);
      }
      rows[features] = row;
      weights[features++] = weight;
    }

    void event(float label, boolean ask, long time) {
      if (events == labels.length) {
        starts = Arrays.copyOf(starts, 2 * events + 1);
        labels = Arrays.copyOf(labels, 2 * events);
        asks = Arrays.copyOf(asks, 2 * events);
        times = Arrays.copyOf(times, 2 * events);
      }
      labels[events] = label;
      asks[events] = ask;
      times[events] = time;
      starts[++events] = features;
    }

    EventSequence build(String key) {
      return new EventSequence(
          key,
          Arrays.copyOf(starts, events + 1),
          Arrays.copyOf(rows, features),
          Arrays.copyOf(weights, features),
          Arrays.copyOf(labels, events),
          Arrays.copyOf(asks, events),
          null,
          Arrays.copyOf(times, events));
    }
  }
}
