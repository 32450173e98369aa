package io.fastweights.kernels.schema;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** Describes the differences between two schemas, one phrase for each. */
public final class SchemaDifference {
  /** Words of a vocabulary that are named. */
  private static final int MOST_WORDS = 3;

  private final List<String> phrases = new ArrayList<>();

  private SchemaDifference() {}

  /**
   * The phrases, joined; empty where fields and target are the same. Names of columns do not count.
   *
   * @param before the schema that memories or weights were made with
   * @param now the job's
   */
  public static String between(Schema before, Schema now) {
    SchemaDifference difference = new SchemaDifference();
    difference.fields(before, now);
    difference.target(before.target(), now.target());
    return String.join("; ", difference.phrases);
  }

  private void fields(Schema before, Schema now) {
    List<String> names = names(before);
    List<String> namesNow = names(now);
    names.stream()
        .filter(name -> !namesNow.contains(name))
        .forEach(name -> phrases.add("field " + name + " is gone"));
    namesNow.stream()
        .filter(name -> !names.contains(name))
        .forEach(name -> phrases.add("field " + name + " is new"));
    List<String> kept = names.stream().filter(namesNow::contains).toList();
    List<String> keptNow = namesNow.stream().filter(names::contains).toList();
    for (String name : kept) {
      field(before.fields().get(names.indexOf(name)), now.fields().get(namesNow.indexOf(name)));
    }
    if (!kept.equals(keptNow)) {
      phrases.add(String.format(Locale.ROOT, "the fields stood as %s, now as %s", kept, keptNow));
    }
  }

  private static List<String> names(Schema schema) {
    return schema.fields().stream().map(Field::name).toList();
  }

  private void field(Field before, Field now) {
    if (before instanceof Field.Categorical was && now instanceof Field.Categorical is) {
      words("the words of field " + was.name(), was.vocabulary(), is.vocabulary());
    } else if (!before.equals(now)) {
      phrases.add(String.format(Locale.ROOT, "field %s was %s, is %s", before.name(), before, now));
    }
  }

  private void target(Target before, Target now) {
    if (before instanceof Target.Classes was
        && now instanceof Target.Classes is
        && was.name().equals(is.name())) {
      words("the classes of target " + was.name(), was.classes(), is.classes());
      if (!Objects.equals(was.prior(), is.prior())) {
        phrases.add(
            String.format(
                Locale.ROOT,
                "the prior of target %s was %s, is %s",
                was.name(),
                was.prior() == null ? "none" : was.prior(),
                is.prior() == null ? "none" : is.prior()));
      }
    } else if (!Objects.equals(before, now)) {
      phrases.add(
          String.format(
              Locale.ROOT,
              "the target was %s, is %s",
              before == null ? "none" : before,
              now == null ? "none" : now));
    }
  }

  private void words(String what, List<String> before, List<String> now) {
    if (before.equals(now)) {
      return;
    }
    List<String> gone = without(before, now);
    List<String> added = without(now, before);
    if (gone.isEmpty() && added.isEmpty()) {
      phrases.add(what + " stand in another order");
      return;
    }
    List<String> parts = new ArrayList<>();
    if (!gone.isEmpty()) {
      parts.add("lost " + some(gone));
    }
    if (!added.isEmpty()) {
      parts.add("got " + some(added));
    }
    phrases.add(what + " " + String.join(" and ", parts));
  }

  private static List<String> without(List<String> words, List<String> others) {
    Set<String> known = new HashSet<>(others);
    return words.stream().filter(word -> !known.contains(word)).toList();
  }

  private static String some(List<String> words) {
    String named = "'" + String.join("', '", words.subList(0, Math.min(MOST_WORDS, words.size())));
    int more = words.size() - MOST_WORDS;
    return named + "'" + (more > 0 ? String.format(Locale.ROOT, " and %,d more", more) : "");
  }
}
