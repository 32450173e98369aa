package io.fastweights.operator.model;

import io.fastweights.kernels.schema.items.Candidates;
import io.fastweights.kernels.schema.items.ItemScores;
import io.fastweights.operator.api.Ranking;
import java.util.Arrays;
import org.apache.flink.annotation.Internal;

/** Ranks the candidates of an event by what a memory read out. Not thread-safe. */
@Internal
public final class Ranker {
  private static final String[] NO_ITEMS = {};
  private static final float[] NO_SCORES = {};

  private final ItemScores scores;
  private final Candidates catalogue;
  private final TopItems top;

  /**
   * @param dim floats of a read-out
   * @param most items of a ranking
   * @param catalogue candidates of events that bring none; null for no ranking of them
   */
  public Ranker(int dim, int most, Candidates catalogue) {
    this.scores = new ItemScores(dim);
    this.catalogue = catalogue;
    this.top = new TopItems(most);
  }

  /**
   * The candidates with the highest scores.
   *
   * @param own candidates of the event; null for the catalogue
   * @param taken id of the item that was taken; null if it is not known
   */
  public Ranking rank(float[] readOut, Candidates own, String taken) {
    Candidates candidates = own == null ? catalogue : own;
    if (candidates == null) {
      return new Ranking(NO_ITEMS, NO_SCORES, taken);
    }
    scores.readOut(readOut);
    top.clear();
    long[] hashes = candidates.hashes();
    for (int i = 0; i < hashes.length; i++) {
      top.add(scores.of(hashes[i]), hashes[i], i);
    }
    String[] items = new String[top.size()];
    for (int i = 0; i < items.length; i++) {
      items[i] = candidates.ids()[top.place(i)];
    }
    return new Ranking(items, Arrays.copyOf(top.scores(), items.length), taken);
  }
}
