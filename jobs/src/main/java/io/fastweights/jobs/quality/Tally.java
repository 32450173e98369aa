package io.fastweights.jobs.quality;

import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.operator.scoring.Loss;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sums of what predictions and guesses lost, in constant memory. All are sums of whole numbers (see
 * {@link WideSum}), so that they do not depend on the order of the events or on how these were
 * shared out.
 *
 * <p>Time is cut into at most {@value #MOST_BINS} bins whose width is the smallest power of two of
 * milliseconds that suffices; it follows from the first and the last time alone.
 */
final class Tally {
  static final int MOST_BINS = 64;
  static final int CALIBRATION_BINS = 10;
  static final double PROBABILITY = 1 << 24;

  /** Errors of numbers, and the labels' distances to the mean, count as this at most. */
  static final double MOST_ERROR = 0x1p36;

  /** Sums of a probability's losses, by their places; of a number's the first two. */
  static final int LOG_LOSS = 0;

  static final int BRIER = 1;
  static final int HITS = 2;
  static final int ABSOLUTE = 0;
  static final int SQUARE = 1;

  /** Sums of a ranking, by their places. */
  static final int RECIPROCAL = 0;

  static final int HIT_1 = 1;
  static final int HIT_5 = 2;
  static final int HIT_10 = 3;

  final Layout layout;
  final Map<Long, TimeSums> bins = new TreeMap<>();
  long width = 1;
  long first = Long.MAX_VALUE;
  long last = Long.MIN_VALUE;
  long events;

  /** Labels of earlier asks. */
  long answered;

  /** Labelled events that were not scored: their prediction was not finite. */
  long notFinite;

  /** Labelled events that were not scored: their ask was stored without guesses. */
  long withoutGuesses;

  /** Sums of squares of losses, for each predictor. */
  final long[] squares;

  /** Sums of squares of the differences to the memories' losses, for each predictor. */
  final long[] differences;

  /** Histograms of scores of each predictor: of negative events, then of positive ones. */
  final long[] scores;

  /**
   * For each predictor and tenth of the probability: events, sum of probabilities times {@link
   * #PROBABILITY}, hits.
   */
  final long[] calibration;

  /** Events of each class, then for each predictor those predicted as each and its hits. */
  final long[] classes;

  /** Sum of the labels' distances to the schema's mean, and of their squares. */
  final long[] labels = new long[2 * WideSum.WORDS];

  private final Loss loss;
  private final float[] predicted;
  private final double[] ours;
  private final double[] losses;
  private TimeSums lastBin;
  private long lastBinAt;

  /** Sums of a stretch of time. */
  static final class TimeSums {
    long events;
    final long[] sums;
    final long[] scores;

    TimeSums(Layout layout) {
      sums = new long[layout.models() * layout.sums() * WideSum.WORDS];
      scores = new long[scores(layout, Scores.COARSE)];
    }

    void add(TimeSums other) {
      events += other.events;
      WideSum.addAll(sums, other.sums);
      addTo(scores, other.scores);
    }
  }

  Tally(Layout layout) {
    this.layout = layout;
    int models = layout.models();
    boolean probabilities = layout.kind() == Kind.BINARY || layout.kind() == Kind.CLASSES;
    squares = new long[models * layout.sums() * WideSum.WORDS];
    differences = new long[squares.length];
    scores = new long[scores(layout, Scores.FINE)];
    calibration = new long[probabilities ? models * CALIBRATION_BINS * 3 : 0];
    classes = new long[layout.classes().size() * (1 + 2 * models)];
    predicted = new float[layout.dim()];
    ours = new double[layout.sums()];
    losses = new double[layout.sums()];
    loss =
        switch (layout.kind()) {
          case NUMBER -> Loss.NUMBER;
          case BINARY -> Loss.BINARY;
          case CLASSES -> Loss.CLASSES;
          case ITEM -> Loss.ITEM;
        };
  }

  private static int scores(Layout layout, int steps) {
    return layout.kind() == Kind.BINARY ? layout.models() * 2 * Scores.bins(steps) : 0;
  }

  private static void addTo(long[] into, long[] from) {
    for (int i = 0; i < into.length; i++) {
      into[i] += from[i];
    }
  }

  /**
   * Adds a prediction and the baselines' guesses for an event.
   *
   * @param time of the predicted event
   * @param guesses one after the other, {@link Layout#guesses} floats; empty if they are missing
   */
  void add(long time, float[] prediction, float[] guesses, float[] target) {
    if (guesses.length != layout.guesses()) {
      withoutGuesses++;
    } else if (!isFinite(prediction)) {
      notFinite++;
    } else {
      TimeSums bin = bin(time);
      events++;
      bin.events++;
      addLabel(target);
      for (int model = 0; model < layout.models(); model++) {
        System.arraycopy(
            model == 0 ? prediction : guesses,
            model == 0 ? 0 : (model - 1) * predicted.length,
            predicted,
            0,
            predicted.length);
        addModel(model, target, bin);
      }
    }
  }

  private static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private void addLabel(float[] target) {
    if (layout.kind() == Kind.NUMBER) {
      double label = Math.max(-MOST_ERROR, Math.min(MOST_ERROR, target[0] - layout.mean()));
      WideSum.add(labels, 0, label);
      WideSum.add(labels, WideSum.WORDS, label * label);
    } else if (layout.kind() != Kind.ITEM) {
      classes[classOf(target)]++;
    }
  }

  private int classOf(float[] values) {
    return layout.kind() == Kind.BINARY ? values[0] > 0.5f ? 1 : 0 : Loss.largest(values);
  }

  private void addModel(int model, float[] target, TimeSums bin) {
    if (layout.kind() == Kind.NUMBER) {
      double error = Math.min(MOST_ERROR, loss.of(predicted, target));
      losses[ABSOLUTE] = error;
      losses[SQUARE] = error * error;
    } else if (layout.kind() == Kind.ITEM) {
      int rank = (int) predicted[0];
      losses[RECIPROCAL] = rank > 0 ? 1.0 / rank : 0;
      losses[HIT_1] = rank == 1 ? 1 : 0;
      losses[HIT_5] = rank > 0 && rank <= 5 ? 1 : 0;
      losses[HIT_10] = rank > 0 && rank <= 10 ? 1 : 0;
    } else {
      boolean graded = layout.predictors().get(model).graded();
      losses[LOG_LOSS] = graded ? loss.of(predicted, target) : 0;
      losses[BRIER] = loss.bounded(predicted, target, 1);
      losses[HITS] = classOf(predicted) == classOf(target) ? 1 : 0;
      addClasses(model, target, bin);
    }
    if (model == 0) {
      System.arraycopy(losses, 0, ours, 0, ours.length);
    }
    for (int s = 0; s < losses.length; s++) {
      int at = place(layout, model, s);
      double difference = losses[s] - ours[s];
      WideSum.add(bin.sums, at, losses[s]);
      WideSum.add(squares, at, losses[s] * losses[s]);
      WideSum.add(differences, at, difference * difference);
    }
  }

  private void addClasses(int model, float[] target, TimeSums bin) {
    int truth = classOf(target);
    int guess = classOf(predicted);
    int count = layout.classes().size();
    int at = count * (1 + 2 * model);
    classes[at + guess]++;
    if (guess == truth) {
      classes[at + count + guess]++;
    }
    boolean binary = layout.kind() == Kind.BINARY;
    double probability = predicted[binary ? 0 : guess];
    boolean hit = binary ? truth == 1 : guess == truth;
    int tenth = (int) Math.min(CALIBRATION_BINS - 1, probability * CALIBRATION_BINS);
    int cell = (model * CALIBRATION_BINS + tenth) * 3;
    calibration[cell]++;
    calibration[cell + 1] += Math.round(probability * PROBABILITY);
    calibration[cell + 2] += hit ? 1 : 0;
    if (binary) {
      scores[scoreAt(model, truth, probability, Scores.FINE)]++;
      bin.scores[scoreAt(model, truth, probability, Scores.COARSE)]++;
    }
  }

  private static int scoreAt(int model, int truth, double probability, int steps) {
    return (2 * model + truth) * Scores.bins(steps) + Scores.bin(probability, steps);
  }

  /** Place of a predictor's sum. */
  static int place(Layout layout, int model, int sum) {
    return (model * layout.sums() + sum) * WideSum.WORDS;
  }

  private TimeSums bin(long time) {
    if (time < first || time > last) {
      first = Math.min(first, time);
      last = Math.max(last, time);
      widen(1);
    }
    long at = Math.floorDiv(time, width);
    if (lastBin == null || at != lastBinAt) {
      lastBin = bins.computeIfAbsent(at, none -> new TimeSums(layout));
      lastBinAt = at;
    }
    return lastBin;
  }

  /** Makes the bins as wide as first and last time require, and at least as wide as this. */
  private void widen(long least) {
    long wide = Math.max(width, least);
    while (Math.floorDiv(last, wide) - Math.floorDiv(first, wide) >= MOST_BINS) {
      wide *= 2;
    }
    if (wide == width) {
      return;
    }
    Map<Long, TimeSums> narrow = new TreeMap<>(bins);
    bins.clear();
    for (Map.Entry<Long, TimeSums> entry : narrow.entrySet()) {
      long at = Math.floorDiv(entry.getKey(), wide / width);
      bins.computeIfAbsent(at, none -> new TimeSums(layout)).add(entry.getValue());
    }
    width = wide;
    lastBin = null;
  }

  /** Adds all of another tally of the same layout. */
  void add(Tally other) {
    if (other.events > 0) {
      first = Math.min(first, other.first);
      last = Math.max(last, other.last);
      widen(other.width);
      for (Map.Entry<Long, TimeSums> entry : other.bins.entrySet()) {
        long at = Math.floorDiv(entry.getKey(), width / other.width);
        bins.computeIfAbsent(at, none -> new TimeSums(layout)).add(entry.getValue());
      }
    }
    events += other.events;
    answered += other.answered;
    notFinite += other.notFinite;
    withoutGuesses += other.withoutGuesses;
    WideSum.addAll(squares, other.squares);
    WideSum.addAll(differences, other.differences);
    WideSum.addAll(labels, other.labels);
    addTo(scores, other.scores);
    addTo(calibration, other.calibration);
    addTo(classes, other.classes);
  }

  /** Writes all sums; the layout is not among them. */
  void write(DataOutput out) throws IOException {
    for (long value :
        new long[] {events, answered, notFinite, withoutGuesses, width, first, last}) {
      out.writeLong(value);
    }
    for (long[] sums : new long[][] {squares, differences, scores, calibration, classes, labels}) {
      Sparse.write(sums, out);
    }
    out.writeInt(bins.size());
    for (Map.Entry<Long, TimeSums> entry : bins.entrySet()) {
      out.writeLong(entry.getKey());
      out.writeLong(entry.getValue().events);
      Sparse.write(entry.getValue().sums, out);
      Sparse.write(entry.getValue().scores, out);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is of another layout
   */
  static Tally read(Layout layout, DataInput in) throws IOException {
    Tally tally = new Tally(layout);
    tally.events = in.readLong();
    tally.answered = in.readLong();
    tally.notFinite = in.readLong();
    tally.withoutGuesses = in.readLong();
    tally.width = in.readLong();
    tally.first = in.readLong();
    tally.last = in.readLong();
    for (long[] sums :
        new long[][] {
          tally.squares,
          tally.differences,
          tally.scores,
          tally.calibration,
          tally.classes,
          tally.labels
        }) {
      Sparse.read(sums, in);
    }
    int bins = in.readInt();
    for (int i = 0; i < bins; i++) {
      TimeSums bin = new TimeSums(layout);
      tally.bins.put(in.readLong(), bin);
      bin.events = in.readLong();
      Sparse.read(bin.sums, in);
      Sparse.read(bin.scores, in);
    }
    return tally;
  }
}
