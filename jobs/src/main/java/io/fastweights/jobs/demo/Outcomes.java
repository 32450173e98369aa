package io.fastweights.jobs.demo;

import io.fastweights.jobs.flights.Flight;
import io.fastweights.kernels.train.measures.RocCurve;
import java.util.Arrays;
import java.util.List;

/**
 * Results of every flight. The client holds the labels, not the job: scores compare the job's
 * predictions with the client's labels.
 */
final class Outcomes {
  private final List<Flight> flights;
  private final float[] probabilities;
  private final float[] recallErrors;
  private final float[] askedScores;
  private final boolean[] askedLate;
  private int asked;
  private int observed;
  private int refused;
  private int latestDay;

  Outcomes(List<Flight> flights) {
    this.flights = flights;
    probabilities = new float[flights.size()];
    recallErrors = new float[flights.size()];
    askedScores = new float[flights.size()];
    askedLate = new boolean[flights.size()];
    Arrays.fill(probabilities, Float.NaN);
    Arrays.fill(recallErrors, Float.NaN);
  }

  /**
   * @throws IllegalStateException if the flight was asked or observed before
   */
  void add(Outcome outcome) {
    if (outcome.flight() == Outcome.REFUSED) {
      refused++;
      return;
    }
    int flight = outcome.flight();
    float[] into = outcome.observed() ? recallErrors : probabilities;
    if (!Float.isNaN(into[flight])) {
      throw new IllegalStateException("flight " + flight + " came twice: not exactly once");
    }
    if (outcome.observed()) {
      recallErrors[flight] = outcome.recallError();
      observed++;
      return;
    }
    probabilities[flight] = outcome.probability();
    askedScores[asked] = outcome.probability();
    askedLate[asked] = flights.get(flight).late();
    latestDay = Math.max(latestDay, flights.get(flight).dayOfMonth());
    asked++;
  }

  /** Of every flight, in their order; NaN where it was not asked. */
  float[] probabilities() {
    return probabilities;
  }

  /** Of every flight, in their order; NaN where it was not observed. */
  float[] recallErrors() {
    return recallErrors;
  }

  int asked() {
    return asked;
  }

  int observed() {
    return observed;
  }

  int refused() {
    return refused;
  }

  int events() {
    return asked + observed + refused;
  }

  /** Day of the month of the last flight asked about. */
  int latestDay() {
    return latestDay;
  }

  /** Of all flights asked about so far. */
  double runningAuc() {
    return RocCurve.area(askedScores, askedLate, asked);
  }
}
