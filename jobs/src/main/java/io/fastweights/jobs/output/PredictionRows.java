package io.fastweights.jobs.output;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.JsonOutput;
import io.fastweights.jobs.lineage.ColumnTypes;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import io.fastweights.operator.scoring.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Predictions as rows: the event's columns, then what was predicted, then the recall error. A class
 * target gives {@code predicted_<target>}, the likeliest class, and {@code p_<class>} for each; a
 * binary one {@code p_<target>}, the probability of true; a number {@code predicted_<target>}; a
 * model without a target {@code output_<i>}. An item gives {@code predicted_<target>}, the first of
 * its ranking, then {@code top_<target>} and {@code scores_<target>}, all of it: lists in JSON,
 * with bars between in CSV. If errors are rated, then {@code anomaly} and {@code is_anomaly}. If
 * new weights may come, the last column is the version in use. Counts observes and asks.
 */
public final class PredictionRows extends RichMapFunction<Prediction<Event>, String> {
  private static final long serialVersionUID = 1L;

  private final RowFormat format;
  private final int eventColumns;

  @SuppressWarnings("serial") // List.copyOf makes serializable lists.
  private final List<String> columns;

  @SuppressWarnings("serial") // List.of and List.copyOf make serializable lists.
  private final List<String> classes;

  private final LinkedHashMap<String, String> types = new LinkedHashMap<>();
  private final boolean ranked;
  private final boolean rated;
  private final boolean versions;
  private final JsonOutput json;
  private final JsonRows jsonRows;
  private transient PredictionCounts counts;

  /**
   * @param eventColumns of the events
   * @param schema of the events; its target may be null
   * @param outputs floats of a prediction
   * @throws IllegalArgumentException if the events have a column of the same name
   */
  public PredictionRows(RowFormat format, List<String> eventColumns, Schema schema, int outputs) {
    this(format, eventColumns, schema, outputs, false, false, JsonOutput.NONE);
  }

  /**
   * @param rated true if rows are those of {@link #line(Anomaly)}
   * @param versions true if rows have {@code model_version}
   * @param json members of JSON events that JSON rows keep
   */
  public PredictionRows(
      RowFormat format,
      List<String> eventColumns,
      Schema schema,
      int outputs,
      boolean rated,
      boolean versions,
      JsonOutput json) {
    this.format = format;
    this.json = json;
    this.eventColumns = eventColumns.size();
    this.classes = schema.target() instanceof Target.Classes t ? t.classes() : List.of();
    this.ranked = schema.target() instanceof Target.Item;
    this.rated = rated;
    this.versions = versions;
    types.putAll(ColumnTypes.of(eventColumns, schema));
    addTypes(schema.target(), outputs);
    columns = List.copyOf(types.keySet());
    jsonRows = new JsonRows(json.all(), columns, this.eventColumns);
  }

  private void addTypes(Target target, int outputs) {
    if (target == null) {
      for (int i = 0; i < outputs; i++) {
        add("output_" + i, ColumnTypes.FLOAT);
      }
    } else if (target instanceof Target.Binary) {
      add("p_" + target.name(), ColumnTypes.FLOAT);
    } else {
      String answer =
          ranked || target instanceof Target.Classes ? ColumnTypes.STRING : ColumnTypes.FLOAT;
      add("predicted_" + target.name(), answer);
      classes.forEach(name -> add("p_" + name, ColumnTypes.FLOAT));
    }
    if (ranked) {
      add("top_" + target.name(), ColumnTypes.STRING);
      add("scores_" + target.name(), ColumnTypes.STRING);
    }
    add("recall_error", ColumnTypes.FLOAT);
    if (rated) {
      add("anomaly", ColumnTypes.DOUBLE);
      add("is_anomaly", ColumnTypes.BOOLEAN);
    }
    if (versions) {
      add("model_version", ColumnTypes.BIGINT);
    }
  }

  private void add(String column, String type) {
    if (types.put(column, type) != null) {
      throw new IllegalArgumentException(
          "the events have a column " + column + ", which predictions are written to");
    }
  }

  /** Types of the columns by their names, in their order. */
  public Map<String, String> types() {
    return Collections.unmodifiableMap(types);
  }

  /** The first line of a file; null where there is none. */
  public String header() {
    return format.header(columns);
  }

  @Override
  public void open(OpenContext context) {
    counts = new PredictionCounts(getRuntimeContext());
  }

  @Override
  public String map(Prediction<Event> prediction) {
    counts.add(prediction);
    return line(prediction);
  }

  /** Counts a prediction and makes the row of its rating. */
  public String counted(Anomaly<Event> answer) {
    counts.add(answer.prediction());
    return line(answer);
  }

  /** The row of a prediction; its error is not rated. */
  public String line(Prediction<Event> prediction) {
    return line(new Anomaly<>(prediction, Double.NaN, false));
  }

  /** The row of a prediction and of its rating. */
  public String line(Anomaly<Event> answer) {
    Event event = answer.prediction().event();
    int[] outside = format == RowFormat.JSONL ? json.outside(event) : null;
    return outside == null
        ? format.line(columns, row(answer))
        : jsonRows.line(event, event.json(), outside, row(answer));
  }

  /** The row without the event's columns. */
  public String answer(Anomaly<Event> answer) {
    Object[] row = row(answer);
    return format.line(
        columns.subList(eventColumns, columns.size()),
        Arrays.copyOfRange(row, eventColumns, row.length));
  }

  private Object[] row(Anomaly<Event> answer) {
    Prediction<Event> prediction = answer.prediction();
    Object[] row = new Object[columns.size()];
    System.arraycopy(prediction.event().cells(), 0, row, 0, eventColumns);
    int at = eventColumns;
    float[] values = prediction.values();
    if (!classes.isEmpty()) {
      row[at++] = classes.get(Loss.largest(values));
    }
    if (ranked) {
      Ranking ranking = prediction.ranking();
      row[at++] = ranking.items().length == 0 ? null : ranking.items()[0];
      row[at++] = list(Arrays.asList(ranking.items()));
      row[at++] = list(boxed(ranking.scores()));
    } else {
      for (float value : values) {
        row[at++] = finite(value);
      }
    }
    row[at++] = finite(prediction.recallError());
    if (rated) {
      boolean known = Double.isFinite(answer.anomaly());
      row[at++] = known ? answer.anomaly() : null;
      row[at++] = known ? answer.isAnomaly() : null;
    }
    if (versions) {
      row[at] = prediction.modelVersion();
    }
    return row;
  }

  private Object list(List<?> values) {
    return format == RowFormat.JSONL
        ? values
        : values.stream().map(Object::toString).collect(Collectors.joining("|"));
  }

  private static List<Float> boxed(float[] scores) {
    List<Float> boxed = new ArrayList<>();
    for (float score : scores) {
      boxed.add(score);
    }
    return boxed;
  }

  private static Float finite(float value) {
    return Float.isFinite(value) ? value : null;
  }
}
