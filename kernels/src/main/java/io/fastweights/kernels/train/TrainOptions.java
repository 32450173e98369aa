package io.fastweights.kernels.train;

import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.train.measures.StopMetric;
import io.fastweights.kernels.train.network.Dropout;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Options of the training of slow weights.
 *
 * @param epochs passes over all events
 * @param until share of the steps after which training ends; the learning rate is that of all
 * @param lanes keys whose events one step takes side by side
 * @param chunk events of a key that one step back-propagates through; W is carried over
 * @param learningRate of AdamW after the warm-up
 * @param finalRate share of the learning rate that is left at the end, after a cosine decay
 * @param warmup share of the steps over which the learning rate rises from 0
 * @param weightDecay of AdamW, on matrices and embeddings
 * @param clip largest Euclidean length of a step's gradient
 * @param averaging share of the steps that an average of the weights reaches back; it is kept where
 *     it scores no worse than the weights of the last step, or nothing is scored; 0 for none
 * @param attentionDropout dpfp-pytorch's {@code attn_dropout}
 * @param feedForwardDropout dpfp-pytorch's {@code ff_dropout}
 * @param seed of the initial weights, the order of keys and the dropout
 * @param threads that compute; the result does not depend on them
 * @param evaluationsPerEpoch how often the validation events are scored; 0 for never
 * @param patience evaluations without a new best after which training stops
 * @param stopMetric the metric of the validation events that the kept weights are the best of
 * @param leastSteps steps before which no evaluation counts against going on; at least those of the
 *     warm-up
 * @param classWeights factors of the losses of the target's classes (false and true of a binary
 *     one); empty for 1 each
 * @param engine device of the recurrences and their gradients; the rest runs on the CPU
 * @param checkpoint file to resume from after a failure, or null
 * @param checkpointEvery steps between two writes of it
 */
public record TrainOptions(
    double epochs,
    double until,
    int lanes,
    int chunk,
    double learningRate,
    double finalRate,
    double warmup,
    double weightDecay,
    double clip,
    double averaging,
    float attentionDropout,
    float feedForwardDropout,
    long seed,
    int threads,
    double evaluationsPerEpoch,
    int patience,
    StopMetric stopMetric,
    long leastSteps,
    List<Double> classWeights,
    Device engine,
    Path checkpoint,
    int checkpointEvery) {

  public TrainOptions {
    check("epochs", epochs, epochs > 0);
    check("until", until, until > 0 && until <= 1);
    check("lanes", lanes, lanes > 0);
    check("chunk", chunk, chunk > 0);
    check("learningRate", learningRate, learningRate > 0);
    check("finalRate", finalRate, finalRate >= 0 && finalRate <= 1);
    check("warmup", warmup, warmup >= 0 && warmup < 1);
    check("weightDecay", weightDecay, weightDecay >= 0);
    check("clip", clip, clip > 0);
    check("averaging", averaging, averaging >= 0 && averaging < 1);
    check("threads", threads, threads > 0);
    check("evaluationsPerEpoch", evaluationsPerEpoch, evaluationsPerEpoch >= 0);
    check("patience", patience, patience > 0);
    check("leastSteps", leastSteps, leastSteps >= 0);
    classWeights = List.copyOf(classWeights);
    classWeights.forEach(w -> check("classWeights", w, w > 0 && w < Float.MAX_VALUE));
    check("checkpointEvery", checkpointEvery, checkpointEvery > 0);
    new Dropout(attentionDropout);
    new Dropout(feedForwardDropout);
  }

  private static void check(String name, double value, boolean allowed) {
    if (!allowed) {
      throw new IllegalArgumentException(name + " is " + value + ", which is out of its range");
    }
  }

  /** A hash of the options that the bits depend on: not threads, checkpoint or its interval. */
  int fingerprint() {
    return Objects.hash(
        epochs,
        until,
        lanes,
        chunk,
        learningRate,
        finalRate,
        warmup,
        weightDecay,
        clip,
        averaging,
        attentionDropout,
        feedForwardDropout,
        seed,
        evaluationsPerEpoch,
        patience,
        stopMetric.toString(),
        leastSteps,
        classWeights);
  }

  /** Options that train a small model on some hundred thousand events. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private double epochs = 10;
    private double until = 1;
    private int lanes = 32;
    private int chunk = 64;
    private double learningRate = 2e-3;
    private double finalRate = 0.05;
    private double warmup = 0.05;
    private double weightDecay = 0.01;
    private double clip = 1;
    private double averaging = 0.1;
    private float attentionDropout;
    private float feedForwardDropout;
    private long seed = 1;
    private int threads = Runtime.getRuntime().availableProcessors();
    private double evaluationsPerEpoch = 1;
    private int patience = 3;
    private StopMetric stopMetric = StopMetric.LOSS;
    private long leastSteps;
    private List<Double> classWeights = List.of();
    private Device engine = Device.CPU;
    private Path checkpoint;
    private int checkpointEvery = 100;

    private Builder() {}

    public Builder epochs(double value) {
      epochs = value;
      return this;
    }

    public Builder until(double value) {
      until = value;
      return this;
    }

    public Builder lanes(int value) {
      lanes = value;
      return this;
    }

    public Builder chunk(int value) {
      chunk = value;
      return this;
    }

    public Builder learningRate(double value) {
      learningRate = value;
      return this;
    }

    public Builder finalRate(double value) {
      finalRate = value;
      return this;
    }

    public Builder warmup(double value) {
      warmup = value;
      return this;
    }

    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    public Builder clip(double value) {
      clip = value;
      return this;
    }

    public Builder averaging(double value) {
      averaging = value;
      return this;
    }

    public Builder attentionDropout(double value) {
      attentionDropout = (float) value;
      return this;
    }

    public Builder feedForwardDropout(double value) {
      feedForwardDropout = (float) value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder threads(int value) {
      threads = value;
      return this;
    }

    public Builder evaluationsPerEpoch(double value) {
      evaluationsPerEpoch = value;
      return this;
    }

    public Builder patience(int value) {
      patience = value;
      return this;
    }

    public Builder stopMetric(StopMetric value) {
      stopMetric = value;
      return this;
    }

    public Builder leastSteps(long value) {
      leastSteps = value;
      return this;
    }

    public Builder classWeights(List<Double> value) {
      classWeights = value;
      return this;
    }

    /** Device of the recurrences; the CPU by default. */
    public Builder engine(Device value) {
      engine = value;
      return this;
    }

    /** File that the state is written to at this interval, and that a run resumes from. */
    public Builder checkpoint(Path file, int everySteps) {
      checkpoint = file;
      checkpointEvery = everySteps;
      return this;
    }

    public TrainOptions build() {
      return new TrainOptions(
          epochs,
          until,
          lanes,
          chunk,
          learningRate,
          finalRate,
          warmup,
          weightDecay,
          clip,
          averaging,
          attentionDropout,
          feedForwardDropout,
          seed,
          threads,
          evaluationsPerEpoch,
          patience,
          stopMetric,
          leastSteps,
          classWeights,
          engine,
          checkpoint,
          checkpointEvery);
    }
  }

  /** Steps before which no evaluation counts against going on. */
  long mayStopFrom(long steps) {
    return Math.max(leastSteps, (long) Math.ceil(warmup * steps));
  }

  /** The learning rate of a step: a linear warm-up, then half a cosine. */
  double rate(long step, long steps) {
    double warm = warmup * steps;
    if (step < warm) {
      return learningRate * (step + 1) / (warm + 1);
    }
    double done = (step - warm) / Math.max(1, steps - warm);
    return learningRate * (finalRate + (1 - finalRate) * 0.5 * (1 + Math.cos(Math.PI * done)));
  }
}
