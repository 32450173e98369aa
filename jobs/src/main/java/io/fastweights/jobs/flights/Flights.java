package io.fastweights.jobs.flights;

import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The flights that come with the program, and weights that were trained on the first of them. */
public final class Flights {
  /** The flights of January 2001, by the US Bureau of Transportation Statistics. */
  private static final String FLIGHTS = "flights-2001-01.csv.gz";

  private static final String WEIGHTS = "flights.safetensors";

  /** The last day of the month that the weights have seen. */
  public static final int LAST_TRAINED_DAY = 14;

  private Flights() {}

  /** Place of the first flight of a day of the month, or of the first after it. */
  public static int firstOf(List<Flight> flights, int dayOfMonth) {
    int first = 0;
    while (first < flights.size() && flights.get(first).dayOfMonth() < dayOfMonth) {
      first++;
    }
    return first;
  }

  /** In the order of their departure. */
  public static List<Flight> january2001() throws IOException {
    try (InputStream in = Flights.class.getResourceAsStream(FLIGHTS)) {
      return Flight.read(in);
    }
  }

  /** Made by {@code fastweights experiment flights --size small --out flights.safetensors}. */
  public static SlowWeights trained() throws IOException {
    try (InputStream in = Flights.class.getResourceAsStream(WEIGHTS)) {
      return WeightsFile.read(in, WEIGHTS);
    }
  }
}
