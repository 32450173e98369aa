package io.fastweights.jobs.train;

import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Factors of the losses of a target's classes. */
final class ClassWeights {
  private static final String FLAG = "--class-weights";

  private ClassWeights() {}

  /**
   * Reads {@code none}, {@code balanced} or {@code CLASS=FACTOR,...}; classes that are not named
   * have 1.
   *
   * @param train whose labels balance the classes
   * @return one a class, false before true; empty for none
   * @throws IllegalArgumentException if it is neither, or the target has no such class
   */
  static List<Double> parse(String text, Target target, List<EventSequence> train) {
    if (text.equals("none")) {
      return List.of();
    }
    if (target instanceof Target.Number) {
      throw new IllegalArgumentException(
          FLAG + " is " + text + ", target " + target.name() + " is a number");
    }
    List<String> classes =
        target instanceof Target.Classes c ? c.classes() : List.of("false", "true");
    return text.equals("balanced")
        ? balanced(classes.size(), train)
        : named(text, classes, target.name());
  }

  /** n / (classes * n of the class), of mean 1 over the events; 1 for a class without events. */
  private static List<Double> balanced(int classes, List<EventSequence> train) {
    long[] counts = new long[classes];
    long all = 0;
    for (EventSequence s : train) {
      for (float label : s.labels()) {
        if (!Float.isNaN(label)) {
          counts[(int) label]++;
          all++;
        }
      }
    }
    List<Double> weights = new ArrayList<>();
    for (long count : counts) {
      weights.add(count == 0 ? 1 : (double) all / ((double) classes * count));
    }
    return weights;
  }

  private static List<Double> named(String text, List<String> classes, String target) {
    List<Double> weights = new ArrayList<>(Collections.nCopies(classes.size(), 1.0));
    for (String pair : text.split(",", -1)) {
      int equals = pair.lastIndexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException(
            FLAG + " has '" + pair + "', must be none, balanced or CLASS=FACTOR,...");
      }
      int id = classes.indexOf(pair.substring(0, equals).trim());
      if (id < 0) {
        throw new IllegalArgumentException(
            FLAG + " has '" + pair + "', target " + target + " has no such class");
      }
      weights.set(id, factor(pair, pair.substring(equals + 1).trim()));
    }
    return weights;
  }

  private static double factor(String pair, String text) {
    double factor;
    try {
      factor = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      factor = Double.NaN;
    }
    if (!(factor > 0 && factor < Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          FLAG + " has '" + pair + "', the factor must be a number above 0");
    }
    return factor;
  }
}
