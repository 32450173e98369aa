package io.fastweights.jobs.quality;

import io.fastweights.kernels.schema.items.Items;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The items that baselines rank for events without candidates. Of those that a baseline knows
 * nothing of, only the first in the order of hashes can come into a ranking.
 */
final class ItemCatalogue {
  private final Set<Long> items = new HashSet<>();
  private final long[] first;

  /**
   * @param ids of the items
   * @param most items that are ever needed in the order of hashes
   */
  ItemCatalogue(List<String> ids, int most) {
    ids.forEach(id -> items.add(Items.hash(id)));
    first =
        items.stream()
            .sorted(Long::compareUnsigned)
            .limit(most)
            .mapToLong(Long::longValue)
            .toArray();
  }

  /** True for an item of the catalogue. */
  boolean contains(long hash) {
    return items.contains(hash);
  }

  /** Those of the known items that are in the catalogue, then the first by their hashes. */
  long[] with(long[] known) {
    long[] all = Arrays.copyOf(known, known.length + first.length);
    int at = 0;
    for (long hash : known) {
      if (items.contains(hash)) {
        all[at++] = hash;
      }
    }
    System.arraycopy(first, 0, all, at, first.length);
    return Arrays.copyOf(all, at + first.length);
  }
}
