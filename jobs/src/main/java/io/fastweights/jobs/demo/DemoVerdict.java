package io.fastweights.jobs.demo;

import io.fastweights.jobs.demo.DemoScores.Day;
import io.fastweights.jobs.demo.DemoScores.Measures;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.report.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The result of the demo in words: the lead over the best baseline, and where it is none. */
final class DemoVerdict {
  private static final int RECENT = 10;

  private final DemoScores scores;
  private final String best;

  DemoVerdict(DemoScores scores) {
    this.scores = scores;
    this.best = scores.best();
  }

  private GroupedEstimate auc(String name) {
    return scores.of(name).auc();
  }

  String bestTitle() {
    return DemoFigures.titles().get(best);
  }

  String headline() {
    return format(
        "With weights trained on 1 to %d January the AUC is %.3f: %s over the best of %d baselines,"
            + " the %s, and ahead of it on %s. With no training the AUC is %.3f: %s over that"
            + " baseline, and ahead of it on %s.",
        Flights.LAST_TRAINED_DAY,
        auc("trained").value(),
        difference("trained"),
        scores.baselines().size(),
        bestTitle(),
        daysAhead("trained"),
        auc("memory").value(),
        difference("memory"),
        daysAhead("memory"));
  }

  /** Scored days on which a predictor is ahead of the best baseline. */
  String daysAhead(String name) {
    int days = scores.scoredDays().size();
    return format("%d of %d days", days - scores.lostDays(name, best).size(), days);
  }

  private String difference(String name) {
    return auc(name).minus(auc(best)).interval().text(new Axis.Numbers("+0.000;-0.000"));
  }

  /** A statement for each of our models and each measure by which a baseline is better. */
  List<String> losses() {
    List<String> losses = new ArrayList<>();
    for (String name : List.of("trained", "memory")) {
      String title = name.equals("trained") ? "Trained" : "No training";
      lostDays(name, title, losses);
      Measures ours = scores.of(name);
      List<String> better =
          betterBaselines(baseline -> baseline.logLoss().value() < ours.logLoss().value());
      if (!better.isEmpty()) {
        losses.add(
            format(
                "%s: %d of %d baselines have a lower log loss than its %.3f (the best: %.3f)."
                    + (name.equals("memory")
                        ? " Without trained weights an answer is a regression that is cut off at"
                            + " 0 and 1, and a wrong 0 or 1 costs much."
                        : ""),
                title,
                better.size(),
                scores.baselines().size(),
                ours.logLoss().value(),
                scores.baselines().stream()
                    .mapToDouble(baseline -> scores.of(baseline).logLoss().value())
                    .min()
                    .orElseThrow()));
      }
      List<String> sharper =
          betterBaselines(baseline -> baseline.brier().value() < ours.brier().value());
      if (!sharper.isEmpty()) {
        losses.add(title + ": a lower Brier score has the " + String.join(", ", sharper) + ".");
      }
    }
    return losses;
  }

  private void lostDays(String name, String title, List<String> losses) {
    List<Integer> lost = scores.lostDays(name, best);
    if (lost.isEmpty()) {
      return;
    }
    List<Day> scored = scores.scoredDays();
    int recent = Math.min(RECENT, scored.size());
    int since = scored.get(scored.size() - recent).day();
    losses.add(
        format(
            "%s: the %s has the higher AUC on %d of %d days, and on %d of the last %d (January %s).",
            title,
            bestTitle(),
            lost.size(),
            scored.size(),
            lost.stream().filter(day -> day >= since).count(),
            recent,
            lost.stream().map(String::valueOf).collect(Collectors.joining(", "))));
  }

  private List<String> betterBaselines(Predicate<Measures> better) {
    return scores.baselines().stream()
        .filter(name -> better.test(scores.of(name)))
        .map(DemoFigures.titles()::get)
        .toList();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
