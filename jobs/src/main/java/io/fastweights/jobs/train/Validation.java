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

  /**
   * The latest share of the events, by time; earlier ones only warm the memories. Of events of one
   * time, such as all events of a file without times, each key's last ones count as the later.
   */
  public static Validation byTime(List<EventSequence> sequences, double share) {
    long[] times =
        sequences.stream().flatMapToLong(s -> Arrays.stream(s.times())).sorted().toArray();
    if (share == 0 || times.length == 0) {
      return new Validation(sequences, List.of());
    }
    int learned = (int) Math.min(times.length - 1, Math.floor((1 - share) * times.length));
    long from = times[learned];
    long tied = Arrays.stream(times).filter(time -> time == from).count();
    // Of the events at the time where the held ones begin, so many are learned still.
    long rest = learned - Arrays.stream(times).filter(time -> time < from).count();
    long passed = 0;
    List<EventSequence> train = new ArrayList<>();
    List<EventSequence> held = new ArrayList<>();
    for (EventSequence s : sequences) {
      int first = s.firstAt(from);
      int own = (int) Arrays.stream(s.times()).filter(time -> time == from).count();
      // The first of the own, so that all keys together have their share to the event.
      first += (int) (rest * (passed + own) / tied - rest * passed / tied);
      passed += own;
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
