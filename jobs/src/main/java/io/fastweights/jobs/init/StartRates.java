package io.fastweights.jobs.init;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.Target;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@link Prior} of a sample: the rates of a target's classes, and as how many events they
 * count.
 *
 * <p>The latter is the concentration of a Dirichlet-multinomial distribution whose share of the
 * variance between keys is that of the sample (the estimator of the analysis of variance for the
 * intraclass correlation: Ridout, Demétrio and Firth 1999). Keys that hardly differ are answered by
 * the common rates for long, keys that differ soon by their own.
 */
final class StartRates {
  /** Fewer keys of two events and more tell nothing of their differences. */
  private static final int LEAST_KEYS = 10;

  private static final double LEAST_EVENTS = 1;
  private static final double MOST_EVENTS = 50;

  private final Target target;
  private final int dim;
  private final double[] all;
  private final Map<String, double[]> ofKeys = new HashMap<>();

  private StartRates(Target target) {
    this.target = target;
    this.dim = target.dim();
    this.all = new double[dim + 1];
  }

  /**
   * The target with a prior.
   *
   * @param target of classes, without one
   * @param key null where all events share one memory
   */
  static Target of(Target target, Column column, Column key) {
    StartRates rates = new StartRates(target);
    float[] encoded = new float[target.dim()];
    for (int i = 0; i < column.values().size(); i++) {
      String value = column.values().get(i);
      if (value != null && rates.read(value, encoded)) {
        add(rates.all, encoded);
        String of = key == null ? null : key.values().get(i);
        if (of != null) {
          add(rates.ofKeys.computeIfAbsent(of, k -> new double[encoded.length + 1]), encoded);
        }
      }
    }
    Prior prior = new Prior(rates.rates(), rates.events());
    return target instanceof Target.Classes classes
        ? new Target.Classes(classes.name(), classes.classes(), prior)
        : new Target.Binary(target.name(), prior);
  }

  /** False for a value that is no class; {@code run} refuses its event. */
  private boolean read(String value, float[] into) {
    try {
      target.encode(value, into);
      return true;
    } catch (MalformedEventException e) {
      return false;
    }
  }

  private static void add(double[] counts, float[] encoded) {
    counts[0]++;
    for (int c = 0; c < encoded.length; c++) {
      counts[1 + c] += encoded[c];
    }
  }

  /** Of six digits each; the largest is what the others leave, so that the sum is 1. */
  private List<Double> rates() {
    List<Double> rates = new ArrayList<>();
    BigDecimal rest = BigDecimal.ONE;
    int largest = 0;
    for (int c = 0; c < dim; c++) {
      double share = all[1 + c] / Math.max(1, all[0]);
      double inside = Math.max(Prior.LEAST_RATE, Math.min(1 - Prior.LEAST_RATE, share));
      rates.add(Fields.rounded(inside));
      rest = rest.subtract(BigDecimal.valueOf(rates.get(c)));
      largest = all[1 + c] > all[1 + largest] ? c : largest;
    }
    if (dim > 1) {
      rates.set(largest, rest.add(BigDecimal.valueOf(rates.get(largest))).doubleValue());
    }
    return rates;
  }

  private double events() {
    Collection<double[]> keys = ofKeys.values().stream().filter(key -> key[0] > 1).toList();
    if (keys.size() < LEAST_KEYS) {
      return Prior.EVENTS;
    }
    double total = keys.stream().mapToDouble(key -> key[0]).sum();
    double squares = keys.stream().mapToDouble(key -> key[0] * key[0]).sum();
    double within = 0;
    double between = 0;
    for (double[] key : keys) {
      for (int c = 1; c <= dim; c++) {
        double rate = key[c] / key[0];
        double from = rate - all[c] / all[0];
        within += key[0] * rate * (1 - rate);
        between += key[0] * from * from;
      }
    }
    double ofKey = within / (total - keys.size());
    double size = (total - squares / total) / (keys.size() - 1);
    double variance = (between / (keys.size() - 1) - ofKey) / size;
    double events = variance > 0 ? ofKey / variance : MOST_EVENTS;
    return Math.max(LEAST_EVENTS, Math.min(MOST_EVENTS, Math.rint(events)));
  }
}
