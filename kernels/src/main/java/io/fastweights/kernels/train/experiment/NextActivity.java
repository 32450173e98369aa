package io.fastweights.kernels.train.experiment;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.RawEvent;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.Target;
import io.fastweights.kernels.train.EventSequence;
import io.fastweights.kernels.train.SequenceBuilder;
import io.fastweights.kernels.train.experiment.CaseLog.Case;
import io.fastweights.kernels.train.experiment.CaseLog.Event;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * A case's next activity from its events so far: each event, with its time and attributes, is
 * labelled with the activity that follows.
 */
final class NextActivity {
  private static final String END = "END";
  private static final int POSITIONS = 16;
  private static final int BUCKETS = 256;

  private final Schema schema;
  private final boolean endCounts;
  private final int leastPrefix;

  /**
   * @param endCounts whether the end of a case is an activity to be predicted
   * @param leastPrefix events of the shortest prefix that counts
   */
  NextActivity(CaseLog log, boolean endCounts, int leastPrefix) {
    this.endCounts = endCounts;
    this.leastPrefix = leastPrefix;
    TreeSet<String> activities = new TreeSet<>();
    log.cases().forEach(c -> c.events().forEach(e -> activities.add(e.activity())));
    List<String> classes = new ArrayList<>(activities);
    if (endCounts) {
      classes.add(END);
    }
    List<Field> fields = new ArrayList<>();
    fields.add(new Field.Categorical("activity", List.copyOf(activities)));
    fields.add(
        new Field.Categorical(
            "position", IntStream.range(0, POSITIONS).mapToObj(Integer::toString).toList()));
    fields.add(new Field.Elapsed("since", 28));
    fields.add(new Field.TimeOfDay("hour", 12, true, ZoneOffset.UTC));
    fields.add(new Field.DayOfWeek("weekday", ZoneOffset.UTC));
    for (String attribute : log.attributes()) {
      fields.add(new Field.Hashed(attribute, BUCKETS));
    }
    schema = Schema.of(fields, new Target.Classes("next", classes));
  }

  Schema schema() {
    return schema;
  }

  /** One sequence for each case. */
  List<EventSequence> build(List<Case> cases) throws MalformedEventException {
    SequenceBuilder builder = new SequenceBuilder(schema);
    for (Case one : cases) {
      add(builder, one.id(), one);
    }
    return builder.build();
  }

  private void add(SequenceBuilder builder, String key, Case one) throws MalformedEventException {
    RawEvent raw = schema.newEvent();
    List<Event> events = one.events();
    for (int t = 0; t < events.size(); t++) {
      boolean last = t == events.size() - 1;
      if (last && !endCounts) {
        return;
      }
      Event event = events.get(t);
      String next = last ? END : events.get(t + 1).activity();
      raw.clear();
      raw.timestamp(event.time()).set(0, event.activity()).target(next);
      raw.set(1, Integer.toString(Math.min(t, POSITIONS - 1)));
      for (int i = 0; i < event.values().size(); i++) {
        raw.set(5 + i, event.values().get(i));
      }
      builder.add(key, schema.encode(raw), t + 1 < leastPrefix ? Float.NaN : builder.label(next));
    }
  }
}
