package io.fastweights.operator.testkit;

import io.fastweights.operator.Trip;
import io.fastweights.operator.api.Malformed;
import io.fastweights.operator.api.Prediction;
import io.fastweights.operator.api.Ranking;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Result for a trip, as one line: its id, and the bits of the prediction or that it was malformed.
 * Two runs agree if their lines are equal.
 */
public final class Answers {
  private Answers() {}

  public static String of(Prediction<Trip> prediction) {
    String line =
        line(
            prediction.event(),
            prediction.timestamp(),
            prediction.observed(),
            prediction.values(),
            prediction.recallError());
    Ranking ranking = prediction.ranking();
    return ranking == null
        ? line
        : line
            + String.format(
                Locale.ROOT,
                " ranked %s%s taken %s",
                List.of(ranking.items()),
                bits(ranking.scores()),
                ranking.taken());
  }

  public static String of(Malformed<Trip> malformed) {
    return refusal(malformed.event());
  }

  public static String line(
      Trip trip, long timestamp, boolean observed, float[] values, float recallError) {
    return String.format(
        Locale.ROOT,
        "%d %s at %d %s:%s recall%s",
        trip.id,
        trip.key,
        timestamp,
        observed ? "observed" : "asked",
        bits(values),
        bits(recallError));
  }

  /** Each number's bits, with a space in front. */
  public static String bits(float... values) {
    StringBuilder bits = new StringBuilder();
    for (float value : values) {
      bits.append(' ').append(HexFormat.of().toHexDigits(Float.floatToRawIntBits(value)));
    }
    return bits.toString();
  }

  public static String refusal(Trip trip) {
    return trip.id + " " + trip.key + " malformed";
  }

  /** The trip that a line is about. */
  public static long id(String line) {
    return Long.parseLong(line.substring(0, line.indexOf(' ')));
  }

  public static List<String> sorted(List<String> lines) {
    return lines.stream().sorted(Comparator.comparingLong(Answers::id)).toList();
  }
}
