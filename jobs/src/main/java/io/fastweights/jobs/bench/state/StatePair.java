package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.Tally;
import io.fastweights.jobs.bench.measure.Quantiles;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The same job by both ways, one after the other.
 *
 * @param same events whose answers were compared, and are the same
 */
record StatePair(StateRun ours, StateRun naive, long same) {

  /**
   * @throws IllegalStateException if an answer differs by a bit
   */
  static StatePair of(StateRun ours, StateRun naive) {
    return new StatePair(ours, naive, Tally.requireSame(ours.digests(), naive.digests()));
  }

  /** Our events per second over the naive way's. */
  double ratio() {
    return ours.eventsPerSecond() / naive.eventsPerSecond();
  }

  /** Our events per second of CPU time over the naive way's. */
  double processorRatio() {
    return ours.eventsPerProcessorSecond() / naive.eventsPerProcessorSecond();
  }

  static double median(List<StatePair> pairs, ToDoubleFunction<StatePair> figure) {
    return Quantiles.of(pairs.stream().mapToDouble(figure).toArray(), 0.5);
  }
}
