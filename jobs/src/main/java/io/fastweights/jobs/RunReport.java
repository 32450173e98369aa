package io.fastweights.jobs;

import io.fastweights.jobs.kafka.KafkaResults;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.RejectedRows;
import java.io.PrintWriter;
import java.util.Locale;
import org.apache.flink.api.common.JobExecutionResult;

/** What a job that has ended counted. */
final class RunReport {
  private RunReport() {}

  static Figures figures(JobExecutionResult result, double seconds) {
    long observed = count(result, PredictionRows.OBSERVED);
    long asked = count(result, PredictionRows.ASKED);
    long malformed = count(result, RejectedRows.MALFORMED);
    long events = observed + asked + malformed;
    return new Figures()
        .put("events", events)
        .put("predicted", observed + asked)
        .put("observed", observed)
        .put("asked", asked)
        .put("malformed", malformed)
        .put("tooLarge", count(result, KafkaResults.TOO_LARGE))
        .put("seconds", seconds)
        .put("eventsPerSecond", events / seconds);
  }

  private static long count(JobExecutionResult result, String name) {
    Long count = result.getAccumulatorResult(name);
    return count == null ? 0 : count;
  }

  static void print(Figures figures, String place, PrintWriter out) {
    out.printf(Locale.ROOT, "events        %,12d%n", figures.get("events").longValue());
    out.printf(Locale.ROOT, "  predicted   %,12d%n", figures.get("predicted").longValue());
    out.printf(Locale.ROOT, "    observed  %,12d%n", figures.get("observed").longValue());
    out.printf(Locale.ROOT, "    asked     %,12d%n", figures.get("asked").longValue());
    out.printf(Locale.ROOT, "  malformed   %,12d%n", figures.get("malformed").longValue());
    if (figures.get("tooLarge").longValue() > 0) {
      out.printf(
          Locale.ROOT,
          "too large     %,12d predictions, which are dead letters%n",
          figures.get("tooLarge").longValue());
    }
    out.printf(Locale.ROOT, "seconds       %,12.1f%n", figures.get("seconds").doubleValue());
    out.printf(
        Locale.ROOT, "events/second %,12.0f%n", figures.get("eventsPerSecond").doubleValue());
    out.println("written to " + place);
    out.flush();
  }
}
