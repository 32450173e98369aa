package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.experiment.streams.StreamTask.Trial;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.output.NoResults;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.process.TemporaryFiles;
import io.fastweights.jobs.progress.JobProgress;
import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.jobs.quality.Prequential;
import io.fastweights.jobs.quality.Quality;
import io.fastweights.jobs.quality.QualityTotals;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A public stream through the job of {@code evaluate}, beside published figures. */
abstract class StreamExperiment implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FILE",
      description = "The public file, as it is or gzipped.")
  Path data;

  @Mixin JsonFile json;

  @Mixin JobOptions options;

  private final StreamTask task;

  StreamExperiment(StreamTask task) {
    this.task = task;
  }

  @Override
  public Integer call() throws Exception {
    options.check();
    StreamTable table = new StreamTable(task);
    Path work = TemporaryFiles.folder();
    try {
      Path events = rewrite(data, work.resolve("events.csv"));
      for (Trial trial : task.trials()) {
        JobModel model = new JobModel(SchemaJson.parse(trial.schema()), null);
        table.add(trial.title(), trial.suffix(), score(events, model, trial.options()));
      }
      more(events, work, table);
    } finally {
      FileUtils.deleteDirectoryQuietly(work.toFile());
    }
    table.print(out());
    json.write(table.figures());
    return 0;
  }

  /**
   * Runs what the task alone does not say.
   *
   * @param events the rewritten data
   * @param work a folder for files, gone after the command
   */
  void more(Path events, Path work, StreamTable table) throws Exception {
    // Most tasks are their trials.
  }

  PrintWriter out() {
    return command.commandLine().getOut();
  }

  PrintWriter err() {
    return command.commandLine().getErr();
  }

  /** Writes the events of a public file, and returns where. */
  Path rewrite(Path file, Path to) throws IOException {
    try (PrintWriter events = new PrintWriter(Files.newBufferedWriter(to))) {
      task.file().write(file, events);
      if (events.checkError()) {
        throw new IOException("cannot write " + to);
      }
    }
    return to;
  }

  /**
   * Streams events through a model on an embedded cluster.
   *
   * @param memories options of the memories, by their keys
   * @throws IllegalArgumentException if an event is refused
   */
  Quality score(Path events, JobModel model, Map<String, String> memories) throws Exception {
    EventFiles files = EventFiles.of(events, model.schema());
    JobExecutionResult result;
    Configuration job = options.passing(null);
    memories.forEach(job::setString);
    try (JobTarget target = JobTarget.embedded(job)) {
      EventPipeline pipeline =
          EventPipeline.build(
              target.environment(),
              files,
              model,
              null,
              Prequential.of(model.schema(), files, Long.MIN_VALUE, model.catalogue()),
              false);
      new NoResults().write(pipeline, null, files.paths());
      result =
          new JobProgress(new StatusLine(out()), files.bytes())
              .await(target.environment().executeAsync("fastweights experiment " + task.name()));
    }
    Map<String, ReasonCounts.Kind> refused = result.getAccumulatorResult(ReasonCounts.NAME);
    QualityTotals totals = result.getAccumulatorResult(QualityTotals.NAME);
    if (refused != null && !refused.isEmpty() || totals.notFinite() > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has events that cannot be scored: %s",
              data,
              refused == null || refused.isEmpty()
                  ? totals.notFinite() + " predictions are not finite"
                  : ReasonCounts.sorted(refused).get(0).first()));
    }
    return totals.quality();
  }
}
