package io.fastweights.operator.api;

import java.util.Locale;
import org.apache.flink.annotation.PublicEvolving;

/**
 * The candidates with the highest scores, where the schema's target is an item. Items of the same
 * score stand in the order of their hashes, which depends neither on the candidates' order nor on
 * their ids' meaning: an item that ties with others has the middle place of them on average.
 *
 * @param items ids, the highest score first; as many as {@link FastWeightOptions#RANKING_SIZE}
 *     says, fewer if there were fewer candidates, none if there were none
 * @param scores of the items: dot products of their embeddings with {@link Prediction#values()}
 * @param taken id of the item that was taken; null for an ask
 */
@PublicEvolving
public record Ranking(String[] items, float[] scores, String taken) {
  /** Rank of an item that is not in a ranking. */
  public static final int ABSENT = -1;

  /** Rank where no ranking was made or the item that was taken is not known. */
  public static final int NONE = 0;

  /**
   * Place of the item that was taken, from 1; {@link #ABSENT} if it is not among the items, {@link
   * #NONE} if there are none or it is not known.
   */
  public int rank() {
    if (items.length == 0 || taken == null) {
      return NONE;
    }
    for (int i = 0; i < items.length; i++) {
      if (items[i].equals(taken)) {
        return i + 1;
      }
    }
    return ABSENT;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Ranking[");
    for (int i = 0; i < items.length; i++) {
      text.append(String.format(Locale.ROOT, "%s %.4f, ", items[i], scores[i]));
    }
    return text.append("taken ").append(taken).append(']').toString();
  }
}
