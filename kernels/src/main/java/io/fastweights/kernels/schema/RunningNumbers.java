package io.fastweights.kernels.schema;

import java.util.Arrays;

/**
 * The numbers of an event that its key's running statistics standardise: those of the fields in the
 * order of the schema, then the target's. As statistics depend on the key's earlier events, the
 * numbers wait in their own unit until {@link Schema#standardised} is called with the last of them.
 * The statistics of a {@linkplain RunningTarget centred} target follow those of the numbers, and so
 * does the last value of a target with {@link Statistics#CHANGES}, which is NaN before the first,
 * with the sums of the memory's share in the answer, a regression as that of {@link RunningBias}.
 */
public final class RunningNumbers {
  /** Doubles of the share that a memory has in the answer of a target by its changes. */
  private static final int SUMS = 2;

  /** In their own unit; NaN where missing. */
  private final double[] values;

  /** Statistics of the key with this event, as {@link RunningMoments}; null before. */
  private final double[] moments;

  /** Statistics of the key before this event: the array of its last event, where it has one. */
  private final double[] before;

  /** The target's before this event: they give the answer its unit. */
  private final double mean;

  private final double deviation;

  private RunningNumbers(
      double[] values, double[] moments, double[] before, double mean, double deviation) {
    this.values = values;
    this.moments = moments;
    this.before = before;
    this.mean = mean;
    this.deviation = deviation;
  }

  /** Statistics as a key keeps them. */
  static RunningNumbers ofMoments(double[] moments) {
    return new RunningNumbers(null, moments, null, 0, 0);
  }

  /** A copy of the statistics of the key with this event; null for an event not standardised. */
  public double[] moments() {
    return moments == null ? null : moments.clone();
  }

  /**
   * The numbers in their own unit, in the order of {@link Schema#runningNumbers}; NaN where
   * missing, as the target of an ask is.
   */
  public double[] values() {
    return values.clone();
  }

  /** The target in its own unit. */
  double target() {
    return values[values.length - 1];
  }

  /** An output of the model in the unit of the target. */
  float answer(Target target, float output) {
    boolean shares = isOfChanges(target);
    double share = shares ? RunningBias.share(before, before.length - SUMS) : 1;
    return (float) (mean + share * deviation * output);
  }

  /** Writes the answer of a centred target. */
  void predict(Target target, float[] outputs, int from, float[] into) {
    RunningTarget.predict(target, before, centre(target), outputs, from, into);
  }

  /** Writes the label of a centred target on the scale of an answer. */
  void label(Target target, EncodedEvent event, float[] into) {
    RunningTarget.label(target, event, before, centre(target), into);
  }

  /** Completes the statistics of an observed event; see {@link Schema#settle}. */
  void settle(Target target, EncodedEvent event, float[] outputs, int from) {
    if (isOfChanges(target)) {
      int sums = before.length - SUMS;
      RunningBias.share(event.target(), before, moments, sums, outputs, from);
    } else {
      RunningTarget.settle(target, event, before, moments, centre(target), outputs, from);
    }
  }

  /** True if {@link #settle} is to be called for each observed event. */
  static boolean settles(Target target) {
    return isOfChanges(target) || RunningTarget.isCentred(target);
  }

  private int centre(Target target) {
    return before.length - RunningTarget.size(target);
  }

  /** The numbers of an event; null where the schema has no running statistics. */
  static RunningNumbers read(Schema schema, RawEvent event) throws MalformedEventException {
    int count = count(schema);
    if (count == 0 && !RunningTarget.isCentred(schema.target())) {
      return null;
    }
    double[] values = new double[count];
    int at = 0;
    for (int i = 0; i < schema.fields().size(); i++) {
      if (isRunning(schema.fields().get(i))) {
        Object value = event.value(i);
        String name = schema.fields().get(i).name();
        values[at++] = value == null ? Double.NaN : RawEvent.number("field ", name, value);
      }
    }
    if (isRunning(schema.target())) {
      String name = schema.target().name();
      values[at] =
          event.observes() ? RawEvent.number("target ", name, event.targetValue()) : Double.NaN;
    }
    return new RunningNumbers(values, null, null, 0, 0);
  }

  /** Standardises an event's numbers; see {@link Schema#standardised}. */
  static EncodedEvent standardised(Schema schema, EncodedEvent event, EncodedEvent lag) {
    double[] values = event.numbers().values;
    double[] before = lag == null || lag.numbers() == null ? start(schema) : lag.numbers().moments;
    double[] moments = before.clone();
    float[] weights = event.weights().clone();
    float[] target = event.target();
    int number = 0;
    int feature = 0;
    for (Field field : schema.fields()) {
      if (isRunning(field)) {
        if (!Double.isNaN(values[number])) {
          int at = RunningMoments.SIZE * number;
          RunningMoments.add(values[number], moments, at);
          weights[feature] = RunningMoments.standardised(values[number], moments, at);
        }
        number++;
      }
      feature += field.features();
    }
    double mean = 0;
    double deviation = 0;
    if (isRunning(schema.target())) {
      int at = RunningMoments.SIZE * number;
      double from = level(schema.target(), before, at);
      mean = from + moments[at + 1];
      deviation = Math.sqrt(moments[at + 2]);
      if (event.observe()) {
        target = new float[] {learn(schema.target(), values[number], from, moments, at)};
      }
    }
    if (RunningTarget.isCentred(schema.target()) && event.observe()) {
      int at = RunningMoments.SIZE * number;
      target = RunningTarget.learn(schema.target(), event, before, moments, at);
    }
    return new EncodedEvent(
        event.timestamp(),
        event.observe(),
        event.ids(),
        weights,
        event.targetId(),
        target,
        event.vector(),
        new RunningNumbers(values, moments, before, mean, deviation));
  }

  /** The origin of a target: the last value if the target is its change, else 0. */
  private static double level(Target target, double[] moments, int at) {
    if (!isOfChanges(target)) {
      return 0;
    }
    double last = moments[at + RunningMoments.SIZE];
    return Double.isNaN(last) ? ((Target.Number) target).mean() : last;
  }

  /** Adds a target to its statistics; returns it standardised by them. */
  private static float learn(Target target, double value, double from, double[] moments, int at) {
    boolean isFirst = false;
    if (isOfChanges(target)) {
      isFirst = Double.isNaN(moments[at + RunningMoments.SIZE]);
      moments[at + RunningMoments.SIZE] = value;
    }
    if (isFirst) {
      // It is no change, and says nothing of the next.
      return 0;
    }
    RunningMoments.add(value - from, moments, at);
    return RunningMoments.standardised(value - from, moments, at);
  }

  private static double[] start(Schema schema) {
    Target target = schema.target();
    int centre = RunningTarget.isCentred(target) ? RunningTarget.size(target) : 0;
    int last = isOfChanges(target) ? 1 + SUMS : 0;
    double[] moments = new double[RunningMoments.SIZE * count(schema) + centre + last];
    int at = 0;
    for (Field field : schema.fields()) {
      if (field instanceof Field.Numeric f && f.statistics() == Statistics.KEY) {
        RunningMoments.start(f.mean(), f.deviation(), moments, at);
        at += RunningMoments.SIZE;
      }
    }
    if (isOfChanges(target)) {
      RunningMoments.start(0, ((Target.Number) target).deviation(), moments, at);
      moments[at + RunningMoments.SIZE] = Double.NaN;
    } else if (target instanceof Target.Number t && t.statistics() == Statistics.KEY) {
      RunningMoments.start(t.mean(), t.deviation(), moments, at);
    } else if (centre > 0) {
      RunningTarget.start(target, moments, at);
    }
    return moments;
  }

  /** The numbers of a schema that have running statistics, the target included. */
  static int count(Schema schema) {
    int count = isRunning(schema.target()) ? 1 : 0;
    for (int i = 0; i < schema.fields().size(); i++) {
      count += isRunning(schema.fields().get(i)) ? 1 : 0;
    }
    return count;
  }

  static boolean isRunning(Field field) {
    return field instanceof Field.Numeric numeric && numeric.statistics() == Statistics.KEY;
  }

  private static boolean isOfChanges(Target target) {
    return target instanceof Target.Number number && number.statistics() == Statistics.CHANGES;
  }

  static boolean isRunning(Target target) {
    return target instanceof Target.Number number && number.statistics() != Statistics.GIVEN;
  }

  /** Bit for bit the same, NaN included. */
  @Override
  public boolean equals(Object other) {
    return other instanceof RunningNumbers that
        && Arrays.equals(values, that.values)
        && Arrays.equals(moments, that.moments)
        && Double.compare(mean, that.mean) == 0
        && Double.compare(deviation, that.deviation) == 0;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values) ^ Arrays.hashCode(moments);
  }
}
