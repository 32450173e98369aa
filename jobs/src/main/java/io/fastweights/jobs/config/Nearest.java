package io.fastweights.jobs.config;

import java.util.Collection;
import java.util.Comparator;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** The known name that a misspelt one was meant to be. */
final class Nearest {
  private static final LevenshteinDistance EDITS = LevenshteinDistance.getDefaultInstance();

  private Nearest() {}

  /** "; did you mean NAME?", or nothing where no known name is near. */
  static String hint(String unknown, Collection<String> known) {
    int most = Math.max(2, unknown.length() / 3);
    return known.stream()
        .filter(name -> EDITS.apply(unknown, name) <= most)
        .min(Comparator.comparingInt((String name) -> EDITS.apply(unknown, name)))
        .map(name -> "; did you mean " + name + "?")
        .orElse("");
  }
}
