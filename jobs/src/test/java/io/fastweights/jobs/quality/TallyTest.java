package io.fastweights.jobs.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fastweights.jobs.quality.Quality.Comparison;
import io.fastweights.jobs.quality.Quality.Kind;
import io.fastweights.jobs.quality.Quality.Model;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.measures.RocCurve;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TallyTest {
  private static final Target BINARY = new Target.Binary("late");
  private static final Target CLASSES = new Target.Classes("next", List.of("a", "b", "c"));
  private static final Target ITEM = new Target.Item("film", 64);
  private static final Target NUMBER = new Target.Number("price", 100, 20);

  private record Scored(long time, float[] prediction, float[] guesses, float[] target) {}

  private static Target target(Kind kind) {
    return switch (kind) {
      case BINARY -> BINARY;
      case CLASSES -> CLASSES;
      case NUMBER -> NUMBER;
      case ITEM -> ITEM;
    };
  }

  private static Layout layout(Target target) {
    return Layout.of(Schema.of(List.of(new Field.Hashed("page", 8)), target), true);
  }

  /** Predictions that tell something of the labels, and guesses that tell nothing. */
  private static List<Scored> events(Layout layout, int count, long seed) {
    Random random = new Random(seed);
    List<Scored> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] target = new float[layout.dim()];
      float[] prediction = new float[layout.dim()];
      float[] guesses = new float[layout.guesses()];
      for (int j = 0; j < guesses.length; j++) {
        guesses[j] = random.nextFloat();
      }
      switch (layout.kind()) {
        case BINARY -> {
          target[0] = random.nextInt(3) == 0 ? 1 : 0;
          prediction[0] = (float) (1 / (1 + Math.exp(-random.nextGaussian() - target[0])));
        }
        case CLASSES -> {
          target[random.nextInt(target.length)] = 1;
          for (int j = 0; j < target.length; j++) {
            prediction[j] = (target[j] + random.nextFloat()) / 2.5f;
          }
        }
        case NUMBER -> {
          target[0] = (float) (100 + 20 * random.nextGaussian());
          prediction[0] = (float) (target[0] + 5 * random.nextGaussian());
        }
        case ITEM -> {
          target[0] = 1;
          prediction[0] = random.nextInt(3) == 0 ? -1 : 1 + random.nextInt(6);
          for (int j = 0; j < guesses.length; j++) {
            guesses[j] = random.nextInt(2) == 0 ? -1 : 1 + random.nextInt(20);
          }
        }
      }
      events.add(new Scored(1_000_000L + i * 60_000L, prediction, guesses, target));
    }
    return events;
  }

  private static QualityTotals totals(Layout layout, List<Scored> events) {
    QualityTotals totals = new QualityTotals(layout);
    events.forEach(e -> totals.add(e.time, e.prediction, e.guesses, e.target));
    return totals;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sumsDoNotDependOnOrderOrPartition(Kind kind) {
    Layout layout = layout(target(kind));
    List<Scored> events = events(layout, 2_000, 7);
    byte[] expected = totals(layout, events).bytes();
    for (int parts : new int[] {1, 2, 5}) {
      List<Scored> shuffled = new ArrayList<>(events);
      Collections.shuffle(shuffled, new Random(parts));
      QualityTotals merged = new QualityTotals(layout);
      for (int p = 0; p < parts; p++) {
        int part = p;
        List<Scored> own = shuffled.stream().filter(e -> e.time / 60_000 % parts == part).toList();
        QualityTotals stored = new QualityTotals(layout);
        stored.restore(totals(layout, own).bytes());
        merged.merge(stored);
      }
      assertThat(merged.bytes()).as("%d parts", parts).isEqualTo(expected);
    }
  }

  @Test
  void measuresOfProbabilitiesAreThoseOfTheirFormulas() {
    Layout layout = layout(BINARY);
    List<Scored> events = events(layout, 5_000, 3);
    Quality quality = totals(layout, events).quality();
    double logLoss = 0;
    double brier = 0;
    double hits = 0;
    float[] scores = new float[events.size()];
    boolean[] late = new boolean[events.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = events.get(i).prediction[0];
      late[i] = events.get(i).target[0] == 1;
      logLoss -= Math.log(late[i] ? scores[i] : 1 - scores[i]);
      brier += Math.pow(scores[i] - (late[i] ? 1 : 0), 2);
      hits += scores[i] > 0.5f == late[i] ? 1 : 0;
    }
    double n = scores.length;
    assertThat(value(quality.ours(), Measure.LOG_LOSS)).isCloseTo(logLoss / n, within(1e-6));
    assertThat(value(quality.ours(), Measure.BRIER)).isCloseTo(brier / n, within(1e-6));
    assertThat(value(quality.ours(), Measure.ACCURACY)).isEqualTo(hits / n);
    assertThat(value(quality.ours(), Measure.AUC))
        .isCloseTo(RocCurve.area(scores, late, scores.length), within(2e-5));
  }

  @Test
  void measuresOfNumbersAreInTheirUnit() {
    Layout layout = layout(NUMBER);
    List<Scored> events = events(layout, 5_000, 4);
    Quality quality = totals(layout, events).quality();
    double[] errors = events.stream().mapToDouble(e -> e.prediction[0] - e.target[0]).toArray();
    double absolute = Arrays.stream(errors).map(Math::abs).average().orElseThrow();
    double square = Arrays.stream(errors).map(e -> e * e).average().orElseThrow();
    double mean = events.stream().mapToDouble(e -> e.target[0]).average().orElseThrow();
    double variance =
        events.stream().mapToDouble(e -> Math.pow(e.target[0] - mean, 2)).average().orElseThrow();
    assertThat(value(quality.ours(), Measure.MEAN_ABSOLUTE_ERROR))
        .isCloseTo(absolute, within(1e-5));
    assertThat(value(quality.ours(), Measure.RMSE)).isCloseTo(Math.sqrt(square), within(1e-5));
    assertThat(value(quality.ours(), Measure.R2)).isCloseTo(1 - square / variance, within(1e-5));
  }

  @Test
  void countsOfClassesGiveRecallAndPrecision() {
    Layout layout = layout(CLASSES);
    QualityTotals totals = new QualityTotals(layout);
    float[] guesses = new float[layout.guesses()];
    float[][] one = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    int[][] truthAndGuess = {{0, 0}, {0, 1}, {1, 1}, {1, 1}, {0, 0}};
    for (int[] event : truthAndGuess) {
      totals.add(0, one[event[1]], guesses, one[event[0]]);
    }
    List<Quality.ClassCounts> classes = totals.quality().ours().classes();
    assertThat(classes.get(0)).isEqualTo(new Quality.ClassCounts("a", 3, 2, 2));
    assertThat(classes.get(0).recall()).isEqualTo(2 / 3.0);
    assertThat(classes.get(1).precision()).isEqualTo(2 / 3.0);
    assertThat(classes.get(2).f1()).isZero();
    // Both classes that occurred have 0.8.
    assertThat(value(totals.quality().ours(), Measure.MACRO_F1)).isCloseTo(0.8, within(1e-12));
  }

  /** The interval of the difference to an equally good baseline holds 0 nineteen times of 20. */
  @Test
  void intervalsHoldTheTruthAsOftenAsTheySay() {
    Layout layout = layout(BINARY);
    int rounds = 120;
    int[] held = new int[Measure.values().length];
    for (int round = 0; round < rounds; round++) {
      Random random = new Random(round);
      QualityTotals totals = new QualityTotals(layout);
      for (int i = 0; i < 300; i++) {
        float[] target = {random.nextBoolean() ? 1 : 0};
        float[] prediction = {score(target[0], random)};
        float[] guesses = new float[layout.guesses()];
        Arrays.fill(guesses, score(target[0], random));
        totals.add(i * 1000L, prediction, guesses, target);
      }
      for (Comparison comparison : totals.quality().comparisons()) {
        boolean holds = comparison.advantage().low() <= 0 && comparison.advantage().high() >= 0;
        held[comparison.measure().ordinal()] += holds ? 1 : 0;
      }
    }
    for (Measure measure :
        List.of(Measure.LOG_LOSS, Measure.AUC, Measure.ACCURACY, Measure.BRIER)) {
      assertThat(held[measure.ordinal()] / (double) rounds)
          .as(measure.toString())
          .isBetween(0.9, 0.995);
    }
  }

  private static float score(float target, Random random) {
    return (float) (1 / (1 + Math.exp(-random.nextGaussian() - 2 * target + 1)));
  }

  @Test
  void wideSumsAreExact() {
    Random random = new Random(8);
    long[] sums = new long[2 * WideSum.WORDS];
    BigDecimal expected = BigDecimal.ZERO;
    for (int i = 0; i < 2_000; i++) {
      double value = Math.scalb(random.nextGaussian(), random.nextInt(70) - 35);
      WideSum.add(sums, WideSum.WORDS, value);
      expected = expected.add(new BigDecimal(value));
    }
    assertThat(WideSum.value(sums, WideSum.WORDS))
        .isCloseTo(
            expected.doubleValue(), within(1e-20 + Math.abs(expected.doubleValue()) * 1e-15));
    WideSum.add(sums, 0, -0.75);
    assertThat(WideSum.value(sums, 0)).isEqualTo(-0.75);
  }

  @Test
  void predictionsThatAreNotFiniteAreCountedApart() {
    Layout layout = layout(NUMBER);
    QualityTotals totals = new QualityTotals(layout);
    totals.add(0, new float[] {Float.NaN}, new float[layout.guesses()], new float[] {1});
    totals.add(0, new float[] {1}, new float[0], new float[] {1});
    assertThat(totals.quality()).isNull();
    assertThat(totals.notFinite()).isEqualTo(1);
    assertThat(totals.withoutGuesses()).isEqualTo(1);
  }

  private static double value(Model model, Measure measure) {
    return model.measures().get(measure).value();
  }
}
