package io.fastweights.jobs.bench.engine;

import io.fastweights.kernels.EngineProvider;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How far a memory drifts from the same recurrence in float64, over many events of one key: an
 * associative memory of one head, d = 64, nu = 2, keys of length 1, beta 0.2. Its eight columns
 * learn labels of their own, so that each is a repetition. Contexts that no event has probe what
 * only roundings change.
 */
public final class DriftBenchmark implements AutoCloseable {
  private static final int KEY_DIM = 64;
  private static final int COLUMNS = 8;
  private static final float BETA = 0.2f;
  private static final int PROBES = 32;
  private static final int BATCH = 500;

  /** Labels of the events. */
  public enum Labels {
    /** 0 or 1 with equal probability. */
    RANDOM,
    /** 1 for nine of ten. */
    MOSTLY_ONE,
    /** Always 1. */
    ONE
  }

  /**
   * A kind of events.
   *
   * @param contexts that occur, at random
   */
  public record Case(String name, int contexts, Labels labels) {}

  /** The kinds that the command runs. */
  public static final List<Case> CASES =
      List.of(
          new Case("random", 1, Labels.RANDOM),
          new Case("one", 1, Labels.ONE),
          new Case("contexts", 8, Labels.RANDOM),
          new Case("contexts.mostly-one", 8, Labels.MOSTLY_ONE));

  /**
   * A memory after some events.
   *
   * @param largest |W| at most
   * @param exact the same in float64
   * @param answers largest difference of an answer from float64, over the second half of the events
   * @param probes largest difference of an answer to a context that no event had
   * @param theory the largest standard deviation of those that independent roundings explain: each
   *     adds at most the square of half a unit in the last place; 0 for fp32
   */
  public record Drift(
      Storage storage,
      long events,
      double largest,
      double exact,
      double answers,
      double probes,
      double theory) {}

  private final AssociativeMemory model =
      new AssociativeMemory(KEY_DIM, 2, COLUMNS, new float[] {BETA}, Normalisation.UNIT);

  private final Case of;
  private final SplittableRandom random;
  private final int rows = model.memory().rows();
  private final float[] inputs;
  private final double[][] phi;
  private final int[][] active;
  private final double[] exact = new double[rows * COLUMNS];
  private final double[] answers = new double[BATCH * COLUMNS];
  private final int[] context = new int[BATCH];
  private final EventBatch batch = new EventBatch(model, BATCH);
  private final Map<Storage, Learner> learners = new EnumMap<>(Storage.class);
  private long events;

  /** A memory in one storage. */
  private final class Learner {
    final Engine engine;
    final float[] w = new float[rows * COLUMNS];
    final double[] variance = new double[rows * COLUMNS];
    double worst;

    Learner(Engine engine) {
      this.engine = engine;
    }
  }

  /** Of the CPU's engine. */
  public DriftBenchmark(Case of, long seed) {
    this.of = of;
    this.random = new SplittableRandom(seed);
    this.inputs = RandomWeights.gaussian(random, (of.contexts + PROBES) * KEY_DIM, 1);
    this.phi = new double[of.contexts + PROBES][rows];
    this.active = new int[phi.length][];
    float[] features = new float[rows];
    for (int c = 0; c < phi.length; c++) {
      Dpfp.features(
          model.featureMap(),
          model.nu(),
          model.normalisation(),
          inputs,
          c * KEY_DIM,
          KEY_DIM,
          features);
      int count = 0;
      int[] found = new int[rows];
      for (int i = 0; i < rows; i++) {
        phi[c][i] = features[i];
        if (features[i] != 0) {
          found[count++] = i;
        }
      }
      active[c] = Arrays.copyOf(found, count);
    }
    for (Storage storage : Storage.values()) {
      learners.put(
          storage,
          new Learner(EngineProvider.create(model, new EngineOptions(Device.CPU, 1, storage))));
    }
  }

  /**
   * Goes on to this many events.
   *
   * @param until rounded up to a whole batch of 500
   * @return a row for each storage
   */
  public List<Drift> run(long until) {
    learners.values().forEach(learner -> learner.worst = 0);
    long half = until / 2;
    while (events < until) {
      learn(events >= half);
    }
    List<Drift> drifts = new ArrayList<>();
    learners.forEach((storage, learner) -> drifts.add(drift(storage, learner)));
    return drifts;
  }

  /** A batch through float64 and every engine. */
  private void learn(boolean compares) {
    fill();
    for (Map.Entry<Storage, Learner> entry : learners.entrySet()) {
      Learner learner = entry.getValue();
      learner.engine.step(batch);
      for (int i = 0; compares && i < answers.length; i++) {
        learner.worst = Math.max(learner.worst, Math.abs(batch.outputs()[i] - answers[i]));
      }
      learner.engine.pool().read(0, learner.w, 0);
      if (entry.getKey() == Storage.BF16) {
        addVariance(learner);
      }
    }
    events += BATCH;
  }

  private void fill() {
    batch.clear();
    batch.want(false, false);
    batch.segment(0, events == 0, events);
    for (int row = 0; row < BATCH; row++) {
      batch.add(true);
      context[row] = random.nextInt(of.contexts);
      System.arraycopy(inputs, context[row] * KEY_DIM, batch.inputs(), row * KEY_DIM, KEY_DIM);
      for (int j = 0; j < COLUMNS; j++) {
        batch.targets()[row * COLUMNS + j] = label();
      }
      stepExactly(row);
    }
  }

  private float label() {
    return switch (of.labels) {
      case RANDOM -> random.nextInt(2);
      case MOSTLY_ONE -> random.nextInt(10) > 0 ? 1 : 0;
      case ONE -> 1;
    };
  }

  /** v_old = W^T phi(k); W += phi(k) (x) beta (v - v_old), in float64. */
  private void stepExactly(int row) {
    double[] key = phi[context[row]];
    int[] touched = active[context[row]];
    for (int j = 0; j < COLUMNS; j++) {
      double old = 0;
      for (int i : touched) {
        old += key[i] * exact[i * COLUMNS + j];
      }
      double delta = BETA * (batch.targets()[row * COLUMNS + j] - old);
      for (int i : touched) {
        exact[i * COLUMNS + j] += key[i] * delta;
      }
      answers[row * COLUMNS + j] = old;
    }
  }

  /** A batch's roundings of each weight, at the size that it has after them. */
  private void addVariance(Learner learner) {
    int[] roundings = new int[rows];
    for (int c : context) {
      for (int i : active[c]) {
        roundings[i]++;
      }
    }
    for (int at = 0; at < learner.w.length; at++) {
      double half = halfUnit(learner.w[at]);
      learner.variance[at] += roundings[at / COLUMNS] * half * half;
    }
  }

  /** Half a unit in the last of the 8 bits of a weight. */
  private static double halfUnit(float w) {
    return Math.scalb(1.0, Math.getExponent(w) - 8);
  }

  private Drift drift(Storage storage, Learner learner) {
    double largest = 0;
    double largestExact = 0;
    for (int at = 0; at < exact.length; at++) {
      largest = Math.max(largest, Math.abs(learner.w[at]));
      largestExact = Math.max(largestExact, Math.abs(exact[at]));
    }
    double probes = 0;
    double theory = 0;
    for (int c = of.contexts; c < phi.length; c++) {
      for (int j = 0; j < COLUMNS; j++) {
        double error = 0;
        double variance = 0;
        for (int i : active[c]) {
          int at = i * COLUMNS + j;
          error += phi[c][i] * (learner.w[at] - exact[at]);
          variance += phi[c][i] * phi[c][i] * learner.variance[at];
        }
        probes = Math.max(probes, Math.abs(error));
        theory = Math.max(theory, Math.sqrt(variance));
      }
    }
    return new Drift(storage, events, largest, largestExact, learner.worst, probes, theory);
  }

  @Override
  public void close() {
    learners.values().forEach(learner -> learner.engine.close());
  }
}
