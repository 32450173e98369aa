package io.fastweights.jobs;

import io.fastweights.jobs.live.LiveServer;
import io.fastweights.jobs.live.LiveView;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.OutputFile;
import io.fastweights.jobs.pipeline.EmbeddedCluster.Checkpoint;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.progress.JobProgress;
import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.jobs.quality.QualityTotals;
import io.fastweights.jobs.quality.RecallErrors;
import io.fastweights.jobs.quality.SurprisingKeys;
import io.fastweights.jobs.quality.page.JobFacts;
import io.fastweights.jobs.quality.page.JobFacts.Refusals;
import io.fastweights.jobs.quality.page.QualityPage;
import io.fastweights.jobs.savepoint.MemoryLook;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;

/**
 * Pages on a job: one while it runs, one when it has ended.
 *
 * @param report file of the page at the end; null for none
 * @param port of the page while it runs, on the loopback interface; null for none
 * @param events in words
 */
record JobPages(Path report, Integer port, String events, JobModel model) {
  /**
   * @throws IllegalArgumentException if the page at the end cannot be written
   */
  JobPages {
    OutputFile.prepare("--report", report);
  }

  /**
   * Adds to a job what the pages tell and nothing else needs.
   *
   * @param columns of the events
   */
  void watch(EventPipeline pipeline, List<String> columns) {
    if (report != null || port != null) {
      String second = model.schema().secondKey();
      int secondKey = second == null ? -1 : columns.indexOf(second);
      RecallErrors.watch(pipeline.predictions(), secondKey, pipeline.drifts());
    }
  }

  private String title() {
    return model.schema().target() == null
        ? "Predictions"
        : "Predictions of " + model.schema().target().name();
  }

  private String modelText() {
    return model.weights() == null ? "memories with no training" : "trained weights";
  }

  /**
   * Waits for the end of a job, and serves its page until then.
   *
   * @param bytes of all files; 0 where that is not known
   */
  JobExecutionResult await(JobTarget target, JobClient job, long bytes, PrintWriter out)
      throws Exception {
    if (port == null) {
      return new JobProgress(new StatusLine(out), bytes).await(job);
    }
    StatusLine line = new StatusLine(out);
    LiveView view =
        new LiveView(title(), events, modelText(), SchemaJson.write(model.schema()), bytes);
    MemoryLook look =
        new MemoryLook(
            model,
            Configuration.fromMap(target.environment().getConfiguration().toMap()),
            () -> target.newestCheckpoint(job.getJobID()));
    try (LiveServer server = new LiveServer(port, view::page, look::html)) {
      line.print("live: " + server.address());
      JobExecutionResult result =
          new JobProgress(
                  line,
                  bytes,
                  totals -> view.update(line.seconds(), totals, checkpoints(target, job)))
              .await(job);
      view.end(line.seconds(), result.getAllAccumulatorResults(), checkpoints(target, job));
      return result;
    }
  }

  /** None where the cluster does not answer, as while the job starts. */
  private static List<Checkpoint> checkpoints(JobTarget target, JobClient job) {
    try {
      return target.checkpoints(job.getJobID());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (Exception e) {
      return List.of();
    }
  }

  /** Writes the page of a job that has ended, and says where. */
  void write(JobExecutionResult result, Figures figures, PrintWriter out) throws IOException {
    if (report == null) {
      return;
    }
    List<SurprisingKeys.Key> surprising = result.getAccumulatorResult(SurprisingKeys.NAME);
    QualityTotals totals = RunReport.totals(result);
    JobFacts facts =
        new JobFacts(
            title(),
            events,
            modelText(),
            figures.get("events").longValue(),
            figures.get("malformed").longValue(),
            figures.get("eventsPerSecond").doubleValue(),
            RunReport.reasons(result).stream()
                .map(kind -> new Refusals(kind.count(), kind.first()))
                .toList(),
            surprising == null ? List.of() : SurprisingKeys.sorted(surprising),
            SchemaJson.write(model.schema()));
    new QualityPage(totals == null ? null : totals.quality(), facts).write(report);
    out.println("report: " + report);
    out.flush();
  }

  /** Says that there are no pages on a job that is not waited for. */
  void refuse(PrintWriter out) {
    if (report != null || port != null) {
      out.println("no page: --report and --live need a job that this command waits for");
      out.flush();
    }
  }
}
