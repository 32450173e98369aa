package io.fastweights.jobs.experiment.cases;

import io.fastweights.jobs.experiment.cases.CaseLog.Case;
import io.fastweights.jobs.experiment.cases.CaseLog.Event;
import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.train.sequence.SequenceBuilder;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A case's next activity from its events so far: each event, with its time and attributes, is
 * labelled with the activity that follows.
 *
 * <p>A memory belongs to a case, or to the owner of cases and then sees the events of all of them
 * in the order of time. The owner's next event may be of another case, so the label of an event is
 * not known when it comes: the memory learns it from the next event of the same case.
 */
final class NextActivity {
  private static final String END = "END";
  private static final int POSITIONS = 16;
  private static final int BUCKETS = 256;
  private static final int PAUSES = 28;
  private static final long MINUTE = 60_000;

  private final Schema schema;
  private final boolean endCounts;
  private final int leastPrefix;
  private final boolean byOwner;

  /**
   * @param endCounts true if the end of a case is an activity to predict
   * @param leastPrefix events of the shortest prefix that counts
   * @param byOwner true for a memory per owner of cases; false for one per case
   */
  NextActivity(CaseLog log, boolean endCounts, int leastPrefix, boolean byOwner) {
    this.endCounts = endCounts;
    this.leastPrefix = leastPrefix;
    this.byOwner = byOwner;
    List<String> activities = log.activities();
    List<String> classes = new ArrayList<>(activities);
    if (endCounts) {
      classes.add(END);
    }
    List<Field> fields = new ArrayList<>();
    fields.add(new Field.Categorical("activity", activities));
    fields.add(new Field.Categorical("position", numbers(POSITIONS)));
    fields.add(new Field.Elapsed("since", 28));
    fields.add(new Field.TimeOfDay("hour", 12, true, ZoneOffset.UTC));
    fields.add(new Field.DayOfWeek("weekday", ZoneOffset.UTC));
    for (String attribute : log.attributes()) {
      fields.add(new Field.Hashed(attribute, BUCKETS));
    }
    if (byOwner) {
      fields.add(new Field.Hashed("case", BUCKETS));
      fields.add(new Field.Categorical("previous", activities));
      fields.add(new Field.Categorical("pause", numbers(PAUSES)));
    }
    schema = Schema.of(fields, new Target.Classes("next", classes));
  }

  private static List<String> numbers(int n) {
    return IntStream.range(0, n).mapToObj(Integer::toString).toList();
  }

  Schema schema() {
    return schema;
  }

  /** One sequence for each memory; the events of all cases count. */
  List<EventSequence> build(List<Case> cases) throws MalformedEventException {
    return build(cases, Set.copyOf(cases));
  }

  /**
   * One sequence for each memory.
   *
   * @param counted cases whose events count; others only form memories
   */
  List<EventSequence> build(List<Case> cases, Set<Case> counted) throws MalformedEventException {
    List<Step> steps = new ArrayList<>();
    for (Case one : cases) {
      boolean counts = counted.contains(one);
      if (!byOwner && !counts) {
        continue;
      }
      long time = Long.MIN_VALUE;
      int end = endCounts ? one.events().size() : one.events().size() - 1;
      for (int t = 0; t < end; t++) {
        time = Math.max(time, one.events().get(t).time());
        steps.add(new Step(one, t, time, counts));
      }
    }
    if (byOwner) {
      steps.sort(Comparator.comparingLong(Step::time));
    }
    SequenceBuilder builder = new SequenceBuilder(schema);
    RawEvent raw = schema.newEvent();
    for (Step step : steps) {
      add(builder, raw, step);
    }
    return builder.build();
  }

  /**
   * An event of a case.
   *
   * @param t its place in the case
   * @param time its own, or that of an earlier event of the case if that is later
   */
  private record Step(Case of, int t, long time, boolean counts) {}

  private void add(SequenceBuilder builder, RawEvent raw, Step step)
      throws MalformedEventException {
    List<Event> events = step.of().events();
    int t = step.t();
    Event event = events.get(t);
    String next = t + 1 == events.size() ? END : events.get(t + 1).activity();
    raw.clear();
    raw.timestamp(byOwner ? step.time() : event.time()).set(0, event.activity());
    raw.set(1, Integer.toString(Math.min(t, POSITIONS - 1)));
    int field = 5;
    for (String value : event.values()) {
      raw.set(field++, value);
    }
    if (byOwner) {
      // The target is known by now: the activity after the case's previous event.
      raw.target(event.activity());
      raw.set(field, step.of().id());
      if (t > 0) {
        raw.set(field + 1, events.get(t - 1).activity());
        raw.set(field + 2, pause(event.time() - events.get(t - 1).time()));
      }
    } else {
      raw.target(next);
    }
    boolean counts = step.counts() && t + 1 >= leastPrefix;
    String key = byOwner ? step.of().owner() : step.of().id();
    builder.add(key, schema.encode(raw), counts ? builder.label(next) : Float.NaN);
  }

  /** Bits of the minutes. */
  private static String pause(long millis) {
    long minutes = Math.max(0, millis / MINUTE);
    return Integer.toString(Math.min(PAUSES - 1, Long.SIZE - Long.numberOfLeadingZeros(minutes)));
  }
}
