package io.fastweights.jobs.quality;

import io.fastweights.operator.model.TopItems;
import io.fastweights.operator.scoring.RankedItems;
import java.util.Map;

/** Rankings of baselines: candidates by scores, those without one last, as {@link RankedItems}. */
final class ItemGuesses {
  private final TopItems top;
  private final int width;

  /**
   * @param most items of a ranking
   */
  ItemGuesses(int most) {
    top = new TopItems(most);
    width = RankedItems.floats(most);
  }

  /** Floats of a ranking, however many items it has. */
  int width() {
    return width;
  }

  /** Writes the ranking of candidates into {@code into[at ... at + width - 1]}. */
  void rank(long[] candidates, Map<Long, Float> scores, float[] into, int at) {
    top.clear();
    for (long candidate : candidates) {
      top.add(scores.getOrDefault(candidate, 0f), candidate, 0);
    }
    RankedItems.write(top.hashes(), top.size(), into, at);
  }
}
