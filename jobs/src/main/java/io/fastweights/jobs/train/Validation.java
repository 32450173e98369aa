package io.fastweights.jobs.train;

import io.fastweights.kernels.train.sequence.EventSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events held out to stop early.
 *
 * @param train events to learn from
 * @param held events to score
 */
public record Validation(List<EventSequence> train, List<EventSequence> held) {

  /** The latest share of the events, by time; earlier ones only warm the memories. */
  public static Validation byTime(List<EventSequence> sequences, double share) {
    long[] times =
        sequences.stream().flatMapToLong(s -> Arrays.stream(s.times())).sorted().toArray();
    if (share == 0 || times.length == 0) {
      return new Validation(sequences, List.of());
    }
    long from = times[(int) Math.min(times.length - 1, Math.floor((1 - share) * times.length))];
    List<EventSequence> train = new ArrayList<>();
    List<EventSequence> held = new ArrayList<>();
    for (EventSequence s : sequences) {
      int first = s.firstAt(from);
      train.add(s.prefix(first));
      if (first < s.length()) {
        held.add(s.countedFrom(first));
      }
    }
    return new Validation(train, held);
  }

  /** The last share of the keys, by their first events, whole; one at least, if there are two. */
  static Validation byKey(List<EventSequence> sequences, double share) {
    int least = Math.min(1, sequences.size());
    int end = Math.max(least, (int) Math.floor((1 - share) * sequences.size()));
    return new Validation(sequences.subList(0, end), sequences.subList(end, sequences.size()));
  }
}
