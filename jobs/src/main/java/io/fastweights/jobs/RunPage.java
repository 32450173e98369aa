package io.fastweights.jobs;

import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.quality.JobFacts;
import io.fastweights.jobs.quality.JobFacts.Refusals;
import io.fastweights.jobs.quality.QualityPage;
import io.fastweights.jobs.quality.QualityTotals;
import io.fastweights.jobs.quality.SurprisingKeys;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;

/**
 * The page of a finished job.
 *
 * @param file null for none
 * @param events in words
 */
record RunPage(Path file, String events, JobModel model) {

  /** True if the page is wanted. */
  boolean wanted() {
    return file != null;
  }

  /** Writes the page, and says where. */
  void write(JobExecutionResult result, Figures figures, PrintWriter out) throws IOException {
    if (!wanted()) {
      return;
    }
    String target = model.schema().target() == null ? null : model.schema().target().name();
    List<SurprisingKeys.Key> surprising = result.getAccumulatorResult(SurprisingKeys.NAME);
    QualityTotals totals = RunReport.totals(result);
    JobFacts facts =
        new JobFacts(
            target == null ? "Predictions" : "Predictions of " + target,
            events,
            model.weights() == null ? "memories with no training" : "trained weights",
            figures.get("events").longValue(),
            figures.get("malformed").longValue(),
            figures.get("eventsPerSecond").doubleValue(),
            RunReport.reasons(result).stream()
                .map(kind -> new Refusals(kind.count(), kind.first()))
                .toList(),
            surprising == null ? List.of() : SurprisingKeys.sorted(surprising),
            SchemaJson.write(model.schema()));
    new QualityPage(totals == null ? null : totals.quality(), facts).write(file);
    out.println("report: " + file);
    out.flush();
  }
}
