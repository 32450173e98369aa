package io.fastweights.jobs.events;

import java.io.Serializable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.api.common.accumulators.Accumulator;

/**
 * Counts reasons, as those why events were not predicted. Reasons that differ only in quoted values
 * and numbers are one kind, of which the first is kept.
 */
public final class ReasonCounts
    implements Accumulator<ReasonCounts.Refusal, HashMap<String, ReasonCounts.Kind>> {
  /** Accumulator of why events were not predicted. */
  public static final String NAME = "malformed-reasons";

  private static final long serialVersionUID = 1L;
  private static final int MOST_KINDS = 100;
  private static final int MOST_CHARS = 300;
  private static final String OTHERS = "other reasons";
  private static final Pattern VALUES = Pattern.compile("'[^']*'|\\b\\d[\\w.:+-]*");

  private final HashMap<String, Kind> kinds = new HashMap<>();

  /**
   * Reason why an event was not predicted.
   *
   * @param place of the event
   */
  public record Refusal(String place, String reason) {}

  /**
   * A kind of reasons.
   *
   * @param first of them, with its place
   */
  public record Kind(long count, String first) implements Serializable {
    private Kind and(long more) {
      return new Kind(count + more, first);
    }
  }

  @Override
  public void add(Refusal refusal) {
    String kind = VALUES.matcher(clipped(refusal.reason())).replaceAll("...");
    Kind known = kinds.get(kind);
    if (known == null) {
      put(kind, new Kind(1, clipped(refusal.place() + ": " + refusal.reason())));
    } else {
      kinds.put(kind, known.and(1));
    }
  }

  private void put(String kind, Kind more) {
    String name = kinds.containsKey(kind) || kinds.size() < MOST_KINDS ? kind : OTHERS;
    kinds.merge(name, more, (known, other) -> known.and(other.count()));
  }

  private static String clipped(String text) {
    return text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS) + "...";
  }

  /** The kinds, the most frequent first. */
  public static List<Kind> sorted(Map<String, Kind> kinds) {
    return kinds.values().stream()
        .sorted(Comparator.comparingLong(Kind::count).reversed().thenComparing(Kind::first))
        .toList();
  }

  @Override
  public HashMap<String, Kind> getLocalValue() {
    return kinds;
  }

  @Override
  public void resetLocal() {
    kinds.clear();
  }

  @Override
  public void merge(Accumulator<Refusal, HashMap<String, Kind>> other) {
    other.getLocalValue().forEach(this::put);
  }

  @Override
  public ReasonCounts clone() {
    ReasonCounts copy = new ReasonCounts();
    copy.kinds.putAll(kinds);
    return copy;
  }
}
