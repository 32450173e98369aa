package io.fastweights.jobs;

import io.fastweights.jobs.events.EventParser;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.events.ReasonCounts.Kind;
import io.fastweights.jobs.kafka.KafkaResults;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.PredictionCounts;
import io.fastweights.jobs.output.QualityTable;
import io.fastweights.jobs.output.RejectedRows;
import io.fastweights.jobs.quality.Prequential;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.QualityTotals;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.JobExecutionResult;

/** Counters of a finished job. */
final class RunReport {
  private RunReport() {}

  /** Kinds of reasons that are printed. */
  private static final int MOST_TOLD = 5;

  private static final String OUT_OF_ORDER = "before the last observed event of its key";

  /**
   * @param seconds of the whole job; the rate is that from the first prediction to the last
   */
  static Figures figures(JobExecutionResult result, double seconds) {
    long observed = count(result, PredictionCounts.OBSERVED);
    long asked = count(result, PredictionCounts.ASKED);
    long malformed = count(result, RejectedRows.MALFORMED);
    long events = observed + asked + malformed;
    double predicting = predicting(result);
    return new Figures()
        .put("events", events)
        .put("predicted", observed + asked)
        .put("observed", observed)
        .put("asked", asked)
        .put("malformed", malformed)
        .put("tooLarge", count(result, KafkaResults.TOO_LARGE))
        .put("seconds", seconds)
        .put("secondsOfStart", Math.max(0, seconds - predicting))
        .put("eventsPerSecond", predicting > 0 ? events / predicting : 0);
  }

  /** Seconds from the first prediction to the last. */
  private static double predicting(JobExecutionResult result) {
    Double first = result.getAccumulatorResult(PredictionCounts.FIRST);
    Double last = result.getAccumulatorResult(PredictionCounts.LAST);
    return first == null || last == null ? 0 : Math.max(0, last - first);
  }

  private static long count(JobExecutionResult result, String name) {
    Long count = result.getAccumulatorResult(name);
    return count == null ? 0 : count;
  }

  /** The measures of a job; null where its events have no target. */
  static QualityTotals totals(JobExecutionResult result) {
    return result.getAccumulatorResult(QualityTotals.NAME);
  }

  /** Prints how good the predictions are, and adds it to the figures. */
  static void quality(JobExecutionResult result, Figures figures, PrintWriter out) {
    QualityTotals totals = totals(result);
    if (totals == null) {
      return;
    }
    Quality quality = totals.quality();
    if (quality == null) {
      figures.put("scored", 0);
    } else {
      QualityTable table = new QualityTable(quality);
      table.print(out);
      table.put(figures);
      answered(totals.answered(), figures, out);
    }
    leftOut("notFinite", totals.notFinite(), "predictions were not finite", figures, out);
    leftOut(
        "withoutBaselines",
        totals.withoutGuesses(),
        "asks were stored before there were baselines",
        figures,
        out);
    leftOut(
        "unranked", count(result, Prequential.UNRANKED), "they had no candidates", figures, out);
  }

  private static void answered(long answered, Figures figures, PrintWriter out) {
    figures.put("answered", answered);
    if (answered > 0) {
      out.printf(
          Locale.ROOT,
          "  the labels of %,d asks came, those of %,d did not%n",
          answered,
          Math.max(0, figures.get("asked").longValue() - answered));
      out.flush();
    }
  }

  private static void leftOut(
      String name, long count, String why, Figures figures, PrintWriter out) {
    if (count > 0) {
      figures.put(name, count);
      out.printf(Locale.ROOT, "  warning: %,d events were not scored: %s%n", count, why);
      out.flush();
    }
  }

  /** Reasons for refused events, most frequent kind first. */
  static List<Kind> reasons(JobExecutionResult result) {
    Map<String, Kind> reasons = result.getAccumulatorResult(ReasonCounts.NAME);
    return reasons == null ? List.of() : ReasonCounts.sorted(reasons);
  }

  private static void print(List<Kind> reasons, PrintWriter out) {
    for (Kind kind : reasons.subList(0, Math.min(MOST_TOLD, reasons.size()))) {
      out.printf(Locale.ROOT, "    %,14d  %s%n", kind.count(), kind.first());
    }
    if (reasons.size() > MOST_TOLD) {
      out.printf(Locale.ROOT, "    and %,d other reasons%n", reasons.size() - MOST_TOLD);
    }
    if (reasons.stream().anyMatch(kind -> kind.first().contains(OUT_OF_ORDER))) {
      out.println(
          "  events out of order: --sort takes those of files in the order of their times,"
              + " --kafka-max-lateness those of a topic; the option fastweights.event-order: accept takes any order");
    }
  }

  /** Prints the members left out of CSV rows: none of the first records had them. */
  static void printLeftOut(JobExecutionResult result, PrintWriter out) {
    Map<String, Kind> leftOut = result.getAccumulatorResult(EventParser.LEFT_OUT);
    if (leftOut != null && !leftOut.isEmpty()) {
      for (Kind kind : ReasonCounts.sorted(leftOut)) {
        out.printf(
            Locale.ROOT,
            "not in the CSV, as it came late: %s (%,d events); --format jsonl keeps it%n",
            kind.first(),
            kind.count());
      }
      out.flush();
    }
  }

  /**
   * @param place of the results; null where they are not kept
   */
  static void print(Figures figures, List<Kind> reasons, String place, PrintWriter out) {
    out.printf(Locale.ROOT, "events        %,12d%n", figures.get("events").longValue());
    out.printf(Locale.ROOT, "  predicted   %,12d%n", figures.get("predicted").longValue());
    out.printf(Locale.ROOT, "    observed  %,12d%n", figures.get("observed").longValue());
    out.printf(Locale.ROOT, "    asked     %,12d%n", figures.get("asked").longValue());
    out.printf(Locale.ROOT, "  malformed   %,12d%n", figures.get("malformed").longValue());
    print(reasons, out);
    if (figures.get("tooLarge").longValue() > 0) {
      out.printf(
          Locale.ROOT,
          "too large     %,12d predictions, which are dead letters%n",
          figures.get("tooLarge").longValue());
    }
    out.printf(
        Locale.ROOT,
        "seconds       %,12.1f, of them %,.1f before the first prediction and after the last%n",
        figures.get("seconds").doubleValue(),
        figures.get("secondsOfStart").doubleValue());
    out.printf(
        Locale.ROOT, "events/second %,12.0f%n", figures.get("eventsPerSecond").doubleValue());
    if (place != null) {
      out.println("written to " + place);
    }
    out.flush();
  }
}
