package io.fastweights.kernels.schema.items;

import java.util.Collection;
import java.util.Locale;

/**
 * The items that an answer ranks: of one event, or of all as a catalogue.
 *
 * @param ids as they were given; not to be written to
 * @param hashes of the ids, see {@link Items#hash}; not to be written to
 */
public record Candidates(String[] ids, long[] hashes) {

  /**
   * Takes over ids.
   *
   * @param what names the list in errors
   * @param most ids
   * @throws IllegalArgumentException if one is missing or blank, or there are more
   */
  public static Candidates of(String what, Collection<String> ids, int most) {
    if (ids.size() > most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s has %,d items, must have at most %,d", what, ids.size(), most));
    }
    String[] taken = new String[ids.size()];
    long[] hashes = new long[taken.length];
    int at = 0;
    for (String id : ids) {
      if (id == null || id.isBlank()) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "item %d of %s is blank", at + 1, what));
      }
      taken[at] = id.trim();
      hashes[at] = Items.hash(taken[at]);
      at++;
    }
    return new Candidates(taken, hashes);
  }

  /** How many. */
  public int size() {
    return ids.length;
  }
}
