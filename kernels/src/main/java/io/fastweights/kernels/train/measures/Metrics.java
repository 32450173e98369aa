package io.fastweights.kernels.train.measures;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Scores of predictions.
 *
 * @param events predictions scored
 * @param loss mean of the training loss
 * @param values the other metrics by name, in the order to be shown
 */
public record Metrics(long events, double loss, Map<String, Double> values) {

  public Metrics {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** All of them by name; the loss is left out where it is the log loss, which has its own. */
  public Map<String, Double> named() {
    Map<String, Double> named = new LinkedHashMap<>();
    if (!values.containsKey("log_loss")) {
      named.put("loss", loss);
    }
    named.putAll(values);
    return named;
  }

  /**
   * A metric by its name.
   *
   * @throws IllegalArgumentException if it does not fit the target
   */
  public double get(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no metric " + name + ", there are " + values.keySet());
    }
    return value;
  }
}
