package io.fastweights.jobs.init;

import io.fastweights.kernels.schema.Field;
import io.fastweights.kernels.schema.Statistics;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Chooses the encoder of a column. */
final class Fields {
  /** Categories of a vocabulary; more are hashed. */
  private static final int MOST_WORDS = 64;

  /** Whole numbers of as many values may be codes, where the name says so. */
  private static final int LARGEST_BUCKETS = 1 << 16;

  /** Buckets for each category: two rarely share one. */
  private static final int BUCKETS_EACH = 4;

  /** A start needs a deviation that is no rounding error. */
  static final double LEAST_DEVIATION = 1e-9;

  private static final MathContext SIX_DIGITS = new MathContext(6);

  private Fields() {}

  /**
   * A reason to leave a column out; null for none.
   *
   * @param target null where there is none
   */
  static String refusal(Column column, Column target) {
    if (column.present() == 0) {
      return "has no value";
    }
    if (column.isStructure()) {
      return "holds lists or objects: name a path into them, as user.plan";
    }
    if (column.distinct() == 1 && column.present() == column.values().size()) {
      return "has the same value in every event";
    }
    if (column.isCounter()) {
      return "counts the events";
    }
    if (!column.isNumber() && column.isUnique()) {
      return "has another value in nearly every event";
    }
    if (column.isWhole() && Names.isCode(column.name()) && column.isUnique()) {
      return "has another value in nearly every event";
    }
    return target == null ? null : leak(Leaks.of(column, target));
  }

  private static String leak(String reason) {
    return reason == null ? null : "WARNING: " + reason + "; put it back if it is known before";
  }

  /**
   * The field of a column.
   *
   * @param start true if a key's statistics should start from those of the sample
   */
  static Field of(Column column, boolean start) {
    String name = column.name();
    boolean named = Names.isCode(name) || Names.asKey(name) >= 0;
    boolean codes = column.isWhole() && named || column.isBinary();
    if (column.isNumber() && !codes) {
      return start && column.deviation() > LEAST_DEVIATION
          ? new Field.Numeric(
              name, rounded(column.mean()), rounded(column.deviation()), Statistics.KEY)
          : new Field.Numeric(name);
    }
    return ofCodes(column);
  }

  /** The field of a column whose values have no order. */
  static Field ofCodes(Column column) {
    if (column.distinct() <= MOST_WORDS) {
      return new Field.Categorical(column.name(), column.byFrequency());
    }
    int buckets = Integer.highestOneBit(BUCKETS_EACH * column.distinct() - 1) * 2;
    return new Field.Hashed(column.name(), Math.min(LARGEST_BUCKETS, buckets));
  }

  /** In words. */
  static String text(Field field, Column column) {
    if (field instanceof Field.Categorical) {
      return String.format(Locale.ROOT, "%d categories", column.distinct());
    }
    if (field instanceof Field.Hashed hashed) {
      return String.format(
          Locale.ROOT,
          "%,d categories, hashed into %,d buckets",
          column.distinct(),
          hashed.buckets());
    }
    return ((Field.Numeric) field).deviation() == 0
        ? "a number by running statistics"
        : "a number by running statistics that start from the sample's";
  }

  /** Six digits are enough for a start. */
  static double rounded(double value) {
    return new BigDecimal(value).round(SIX_DIGITS).doubleValue();
  }
}
