package io.fastweights.operator.sql;

import io.fastweights.kernels.schema.Target;
import io.fastweights.operator.scoring.Loss;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.types.Row;

/**
 * Columns that follow those of a table's events:
 *
 * <pre>
 *   binary target   probability FLOAT
 *   class target    prediction STRING, probabilities MAP&lt;STRING, FLOAT&gt;
 *   number target   prediction FLOAT
 *   no target       outputs ARRAY&lt;FLOAT&gt;
 *   then always     recall_error FLOAT, observed BOOLEAN NOT NULL, refused STRING
 *   if rated        anomaly DOUBLE, is_anomaly BOOLEAN
 * </pre>
 *
 * A refused row has its reason in {@code refused} and NULL for the rest.
 */
final class PredictionColumns implements Serializable {
  private static final long serialVersionUID = 1L;

  private enum Kind {
    PROBABILITY,
    CLASSES,
    NUMBER,
    OUTPUTS
  }

  private final Kind kind;
  private final boolean rated;

  @SuppressWarnings("serial") // An ArrayList is serializable.
  private final List<String> classes;

  /**
   * @param target null if the schema has none
   */
  PredictionColumns(Target target) {
    this(target, false);
  }

  /**
   * @param rated true if errors are rated
   */
  PredictionColumns(Target target, boolean rated) {
    this.rated = rated;
    classes = target instanceof Target.Classes c ? new ArrayList<>(c.classes()) : null;
    if (target == null) {
      kind = Kind.OUTPUTS;
    } else if (target instanceof Target.Classes) {
      kind = Kind.CLASSES;
    } else if (target instanceof Target.Binary) {
      kind = Kind.PROBABILITY;
    } else {
      kind = Kind.NUMBER;
    }
  }

  /** Names and types. */
  List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    switch (kind) {
      case PROBABILITY -> fields.add(DataTypes.FIELD("probability", DataTypes.FLOAT()));
      case NUMBER -> fields.add(DataTypes.FIELD("prediction", DataTypes.FLOAT()));
      case OUTPUTS -> fields.add(DataTypes.FIELD("outputs", DataTypes.ARRAY(DataTypes.FLOAT())));
      case CLASSES -> {
        fields.add(DataTypes.FIELD("prediction", DataTypes.STRING()));
        fields.add(
            DataTypes.FIELD("probabilities", DataTypes.MAP(DataTypes.STRING(), DataTypes.FLOAT())));
      }
    }
    fields.add(DataTypes.FIELD("recall_error", DataTypes.FLOAT()));
    fields.add(DataTypes.FIELD("observed", DataTypes.BOOLEAN().notNull()));
    fields.add(DataTypes.FIELD("refused", DataTypes.STRING()));
    if (rated) {
      fields.add(DataTypes.FIELD("anomaly", DataTypes.DOUBLE()));
      fields.add(DataTypes.FIELD("is_anomaly", DataTypes.BOOLEAN()));
    }
    return fields;
  }

  int size() {
    return predictions() + (rated ? 2 : 0);
  }

  private int predictions() {
    return kind == Kind.CLASSES ? 5 : 4;
  }

  /**
   * Writes the columns of a rating behind those of its prediction.
   *
   * @param anomaly NaN if the row has no error
   */
  void rate(double anomaly, boolean alarm, Row row, int at) {
    int rating = at + predictions();
    row.setField(rating, Double.isNaN(anomaly) ? null : (Double) anomaly);
    row.setField(rating + 1, Double.isNaN(anomaly) ? null : (Boolean) alarm);
  }

  /** Writes the columns of a prediction into {@code row[at ...]}. */
  void write(float[] values, float recallError, boolean observed, Row row, int at) {
    switch (kind) {
      case PROBABILITY, NUMBER -> row.setField(at, values[0]);
      case OUTPUTS -> row.setField(at, boxed(values));
      case CLASSES -> {
        row.setField(at, classes.get(Loss.largest(values)));
        row.setField(at + 1, probabilities(values));
      }
    }
    int rest = at + predictions() - 3;
    row.setField(rest, Float.isNaN(recallError) ? null : (Float) recallError);
    row.setField(rest + 1, observed);
    row.setField(rest + 2, null);
  }

  /** Writes the columns of a refused row. */
  void refuse(String reason, Row row, int at) {
    for (int i = 0; i < size(); i++) {
      row.setField(at + i, null);
    }
    row.setField(at + predictions() - 2, false);
    row.setField(at + predictions() - 1, reason);
  }

  private Map<String, Float> probabilities(float[] values) {
    Map<String, Float> probabilities = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      probabilities.put(classes.get(i), values[i]);
    }
    return probabilities;
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < values.length; i++) {
      boxed[i] = values[i];
    }
    return boxed;
  }
}
