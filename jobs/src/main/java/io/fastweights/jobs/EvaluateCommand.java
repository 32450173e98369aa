package io.fastweights.jobs;

import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.MalformedLimit;
import io.fastweights.jobs.events.ReasonCounts;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.output.NoResults;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.pipeline.ModelOptions;
import io.fastweights.jobs.quality.Prequential;
import io.fastweights.jobs.quality.QualityTotals;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights evaluate}: the measures of {@code run}, without its predictions. */
@Command(
    name = "evaluate",
    description = "Score predictions for the events of files, beside trivial baselines.",
    footer = {
      "",
      "Every memory starts from zero and learns as it goes; the slow weights of a trained model are",
      "frozen. Each event with a target is predicted before it is learned from. The figures are those",
      "of 'run' on the same files; docs/measures.md explains them."
    })
final class EvaluateCommand implements Callable<Integer> {
  /** In the reason for an event whose prediction overflowed. */
  private static final String NOT_FINITE = "its prediction is not finite";

  /** In the reason for an event whose update overflowed. */
  private static final String UNBOUND = "grow without bound";

  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files of events, folders of them, or patterns, as run takes them.")
  private List<Path> events;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Score from this instant on (ISO 8601); earlier events only form memories.")
  private Instant from;

  @Option(
      names = "--threads",
      paramLabel = "N",
      hidden = true,
      description = "The former name of --parallelism.")
  private Integer threads;

  @Mixin private JsonFile json;

  @Mixin private ModelOptions model;
  @Mixin private ItemFlags items;
  @Mixin private JobOptions options;
  @Mixin private PageFlags pageFlags;

  @Override
  public Integer call() throws Exception {
    options.check();
    pageFlags.check();
    JobModel learned = model.read(new Configuration()).withCatalogue(items.file());
    if (learned.schema().target() == null) {
      throw new IllegalArgumentException("the schema has no target: there is nothing to score");
    }
    EventFiles files = EventFiles.of(events, learned.schema(), file -> {});
    PrintWriter out = command.commandLine().getOut();
    files.notes().forEach(out::println);
    String names = events.stream().map(Path::toString).collect(Collectors.joining(", "));
    JobPages pages = pageFlags.of(names, learned);
    JobExecutionResult result;
    long start = System.nanoTime();
    try (JobTarget target = JobTarget.embedded(options.passing(threads))) {
      build(target.environment(), files, learned, pages);
      JobClient job = target.environment().executeAsync("fastweights evaluate");
      result = pages.await(target, job, files.bytes(), out);
    }
    report(result, (System.nanoTime() - start) / 1e9, pages, out);
    return 0;
  }

  private void build(
      StreamExecutionEnvironment environment, EventFiles files, JobModel learned, JobPages pages)
      throws Exception {
    long first = from == null ? Long.MIN_VALUE : from.toEpochMilli();
    EventPipeline pipeline =
        EventPipeline.build(
            environment,
            files,
            learned,
            null,
            Prequential.of(learned.schema(), files, first, learned.catalogue()),
            false);
    new NoResults().write(pipeline, null, files.paths());
    pages.watch(pipeline, files.columns());
  }

  private void report(JobExecutionResult result, double seconds, JobPages pages, PrintWriter out)
      throws Exception {
    Figures figures = RunReport.figures(result, seconds);
    QualityTotals totals = RunReport.totals(result);
    requireFinite(result);
    if (totals.quality() == null) {
      throw new IllegalArgumentException(nothingToScore(figures, result));
    }
    String problem =
        MalformedLimit.DEFAULT.problem(
            figures.get("events").longValue(), figures.get("malformed").longValue());
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
    RunReport.print(figures, RunReport.reasons(result), null, out);
    RunReport.quality(result, figures, out);
    json.write(figures);
    pages.write(result, figures, out);
  }

  /** Refuses scores that leave out predictions of NaN, which would look valid in a pipeline. */
  private static void requireFinite(JobExecutionResult result) {
    long overflowed =
        RunReport.reasons(result).stream()
            .filter(kind -> kind.first().contains(NOT_FINITE) || kind.first().contains(UNBOUND))
            .mapToLong(ReasonCounts.Kind::count)
            .sum();
    overflowed += RunReport.totals(result).notFinite();
    if (overflowed > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%,d predictions are not finite: the model's weights or betas are too large",
              overflowed));
    }
  }

  private String nothingToScore(Figures figures, JobExecutionResult result) {
    long malformed = figures.get("malformed").longValue();
    return String.format(
        Locale.ROOT,
        "nothing to score: none of %,d events has a target%s%s",
        figures.get("predicted").longValue(),
        from == null ? "" : " from " + from + " on",
        malformed == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "; %,d malformed, the first: %s",
                malformed,
                RunReport.reasons(result).get(0).first()));
  }
}
