package io.fastweights.jobs.init;

import io.fastweights.kernels.schema.EventFormat;
import io.fastweights.kernels.schema.Prior;
import io.fastweights.kernels.schema.Statistics;
import io.fastweights.kernels.schema.Target;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Chooses the kind of a target. */
final class TargetChoice {
  /** Texts of more values are no classes. */
  static final int MOST_CLASSES = 100;

  /** Whole numbers of more values are no classes. */
  private static final int MOST_NUMBERED_CLASSES = 20;

  /** Words that are no class; of those for a missing value, None may well be one. */
  private static final Set<String> MISSING =
      EventFormat.NULL_WORDS.stream()
          .filter(word -> !Set.of("None", "none").contains(word))
          .collect(Collectors.toUnmodifiableSet());

  /** Kinds that a user may ask for. */
  enum Kind {
    BINARY,
    CLASS,
    NUMBER,
    ITEM
  }

  private TargetChoice() {}

  /** Columns that could be a target, the likeliest first. */
  static List<Column> candidates(List<Column> columns) {
    return columns.stream()
        .filter(c -> c.distinct() > 1 && !c.isStructure() && !c.isCounter())
        .filter(c -> c.isNumber() || c.distinct() <= MOST_CLASSES || comesBack(c))
        .sorted(Comparator.comparingInt(c -> Names.asTarget(c.name())))
        .toList();
  }

  /**
   * @param kind null to choose one
   * @param start true if a key's statistics should start from those of the sample
   */
  static Target of(Column column, Kind kind, boolean start) {
    String name = column.name();
    if (column.distinct() < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--target %s has %s: there is nothing to predict",
              name,
              column.present() == 0 ? "no value" : "one value only"));
    }
    Kind chosen = kind == null ? kind(column) : kind;
    switch (chosen) {
      case BINARY -> {
        require(column.isBinary(), name, "binary", "two values such as 1 and 0");
        return new Target.Binary(name);
      }
      case NUMBER -> {
        require(column.isNumber(), name, "number", "numbers only" + column.notNumbers());
        return start && column.deviation() > Fields.LEAST_DEVIATION
            ? new Target.Number(
                name,
                Fields.rounded(column.mean()),
                Fields.rounded(column.deviation()),
                Statistics.KEY)
            : new Target.Number(name);
      }
      case ITEM -> {
        require(
            comesBack(column),
            name,
            "item",
            String.format(
                Locale.ROOT,
                "values that come back, not %,d different ones in %,d events",
                column.distinct(),
                column.present()));
        return new Target.Item(name, Target.Item.SIZE);
      }
      default -> {
        require(
            column.distinct() <= MOST_CLASSES,
            name,
            "class",
            String.format(
                Locale.ROOT,
                "at most %d different values, not %,d%s",
                MOST_CLASSES,
                column.distinct(),
                kind == null ? "; as number it must have numbers only" + column.notNumbers() : ""));
        return new Target.Classes(
            name, column.byFrequency().stream().filter(c -> !MISSING.contains(c.trim())).toList());
      }
    }
  }

  private static void require(boolean fits, String name, String kind, String what) {
    if (!fits) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "--target %s as %s must have %s", name, kind, what));
    }
  }

  /** True if the values of a column are seen twice on average. */
  private static boolean comesBack(Column column) {
    return column.distinct() <= column.present() / 2;
  }

  private static Kind kind(Column column) {
    if (column.isBinary()) {
      return Kind.BINARY;
    }
    boolean many = column.distinct() > MOST_CLASSES && comesBack(column);
    if (many && (!column.isNumber() || column.isWhole() && Names.isCode(column.name()))) {
      return Kind.ITEM;
    }
    boolean codes =
        column.isWhole()
            && column.distinct() <= MOST_NUMBERED_CLASSES
            && (column.distinct() == 2 || Names.isCode(column.name()));
    return column.isNumber() && !codes ? Kind.NUMBER : Kind.CLASS;
  }

  /** In words. */
  static String text(Target target, Column column) {
    if (target instanceof Target.Binary) {
      return "the target, true or false" + start(target.prior());
    }
    if (target instanceof Target.Classes classes) {
      return String.format(
          Locale.ROOT,
          "the target, %d classes; another one later is no event%s",
          classes.classes().size(),
          start(classes.prior()));
    }
    if (target instanceof Target.Item item) {
      return String.format(
          Locale.ROOT,
          "the target, an item of %,d in the sample; each has a hashed embedding of %d floats",
          column.distinct(),
          item.size());
    }
    String note =
        column.isWhole() && column.distinct() <= MOST_NUMBERED_CLASSES
            ? "; --target-kind class for its " + column.distinct() + " values as classes"
            : "";
    Target.Number number = (Target.Number) target;
    String of = number.statistics() == Statistics.CHANGES ? " of its changes from the last" : "";
    String start = number.deviation() == 0 ? "" : " that start from the sample's";
    return "the target, a number by running statistics" + of + start + note;
  }

  private static String start(Prior prior) {
    String rate =
        prior.rates().size() == 1
            ? String.format(Locale.ROOT, " of %s", prior.rates().get(0))
            : "s";
    return String.format(
        Locale.ROOT,
        "; a key starts from the sample's rate%s, which count%s as %.0f events",
        rate,
        prior.rates().size() == 1 ? "s" : "",
        prior.events());
  }
}
