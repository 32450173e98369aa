package io.fastweights.kernels.engine;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Results of an {@link EngineScript}, by name: those of each event, and the memories. */
public final class EngineResults {
  private final Map<String, float[]> parts = new LinkedHashMap<>();

  void put(String name, float[] values) {
    parts.put(name, values);
  }

  void putRow(String name, float[] all, int row, int each) {
    put(name, Arrays.copyOfRange(all, row * each, (row + 1) * each));
  }

  void putAll(EngineResults other) {
    parts.putAll(other.parts);
  }

  /** The memories alone. */
  public EngineResults memories() {
    EngineResults memories = new EngineResults();
    parts.forEach(
        (name, values) -> {
          if (name.startsWith("memory ")) {
            memories.put(name, values);
          }
        });
    return memories;
  }

  /** The values of a part, "output 3" or "memory 0"; null if there is none of this name. */
  public float[] get(String name) {
    return parts.get(name);
  }

  /** All values by the names of their parts, in the order of the events. */
  public Map<String, float[]> parts() {
    return parts;
  }

  /**
   * The first value in which another run differs.
   *
   * @param tolerance largest |a - b| / (1 + |b|); 0 for the same bits, but zeros have no sign
   * @return its position and both values, in words; null if there is none
   */
  public String difference(EngineResults actual, double tolerance) {
    if (!actual.parts.keySet().equals(parts.keySet())) {
      return "parts are " + actual.parts.keySet() + ", must be " + parts.keySet();
    }
    for (Map.Entry<String, float[]> part : parts.entrySet()) {
      float[] expected = part.getValue();
      String difference = difference(expected, actual.get(part.getKey()), tolerance);
      if (difference != null) {
        return part.getKey() + difference;
      }
    }
    return null;
  }

  /** As {@link #difference(EngineResults, double)}, of one part. */
  public static String difference(float[] expected, float[] actual, double tolerance) {
    if (expected.length != actual.length) {
      return " has " + actual.length + " floats, must have " + expected.length;
    }
    for (int i = 0; i < expected.length; i++) {
      if (!same(expected[i], actual[i]) && !(error(expected[i], actual[i]) <= tolerance)) {
        return String.format(Locale.ROOT, " [%d] is %s, must be %s", i, actual[i], expected[i]);
      }
    }
    return null;
  }

  /** Number of values of another run that have other bits. */
  public long otherBits(EngineResults actual) {
    long count = 0;
    for (Map.Entry<String, float[]> part : parts.entrySet()) {
      float[] a = actual.get(part.getKey());
      for (int i = 0; i < a.length; i++) {
        count += same(part.getValue()[i], a[i]) ? 0 : 1;
      }
    }
    return count;
  }

  /** The largest |a - b| / (1 + |b|) of another run; infinite if a value is no number there. */
  public double largestError(EngineResults actual) {
    double worst = 0;
    for (Map.Entry<String, float[]> part : parts.entrySet()) {
      float[] a = actual.get(part.getKey());
      for (int i = 0; i < a.length; i++) {
        if (!same(part.getValue()[i], a[i])) {
          double error = error(part.getValue()[i], a[i]);
          worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
        }
      }
    }
    return worst;
  }

  private static boolean same(float expected, float actual) {
    return Float.floatToIntBits(expected) == Float.floatToIntBits(actual)
        || expected == 0 && actual == 0;
  }

  private static double error(float expected, float actual) {
    return Math.abs((double) actual - expected) / (1 + Math.abs((double) expected));
  }
}
