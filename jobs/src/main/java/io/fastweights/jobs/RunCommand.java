package io.fastweights.jobs;

import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.EventSource;
import io.fastweights.jobs.events.StandardInput;
import io.fastweights.jobs.kafka.KafkaEvents;
import io.fastweights.jobs.kafka.KafkaModels;
import io.fastweights.jobs.kafka.KafkaResults;
import io.fastweights.jobs.kafka.KafkaTopics;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.FileResults;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.ResultSink;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.pipeline.ModelOptions;
import io.fastweights.jobs.pipeline.NewWeights;
import io.fastweights.jobs.pipeline.StartingMemories;
import io.fastweights.jobs.quality.Prequential;
import io.fastweights.operator.api.AllowedPaths;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fastweights run}: predictions for the events of files or of a topic. */
@Command(
    name = "run",
    description = "Predict events, learning from each as it goes.",
    footer = {
      "",
      "Events are CSV with a header or JSON; compressed too. Files of a folder are read in the order of",
      "their names, numbers in names as numbers. The schema names the columns of key, time and (if",
      "there is one) kind: ask or observe. Without a kind, events without a target are asked and the",
      "others observed. Times are ISO 8601, UTC where there is no offset, or numbers since 1970. What is",
      "written in another way, as other delimiters, charsets or times, the schema says; docs/events.md",
      "tells how.",
      "",
      "Predictions go to OUTPUT/predictions; events that cannot be taken go to OUTPUT/malformed with",
      "file, line, reason and text; the run fails if they are most of them. In Kafka they go to a topic",
      "of dead letters, as they were, with the reason in a header.",
      "",
      "A file given with --config, YAML, may say all of it; docs/deployment.md has one."
    })
final class RunCommand implements Callable<Integer> {
  /** Chooses the cluster by flags. */
  interface Targets {
    JobTarget of(Configuration job) throws IOException;
  }

  @Spec private CommandSpec command;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The job as YAML; flags win over what it says.")
  private Path config;

  @Option(
      names = "--events",
      arity = "1..*",
      paramLabel = "PATH",
      description =
          "Files of events, folders of them, patterns, - for standard input, or"
              + " kafka://HOST:PORT/TOPIC.")
  private List<String> events;

  @Option(
      names = "--sort",
      description = "Take the events of files in the order of their times, after all are read.")
  private boolean sort;

  @Option(
      names = "--max-malformed",
      paramLabel = "N|SHARE",
      description =
          "Events that may be refused, as 100 or 5%% (default: half; looked at after the first"
              + " 1,000 and at the end).")
  private String maxMalformed;

  @Option(
      names = "--output",
      paramLabel = "PLACE",
      description =
          "Takes the predictions: a folder of its own for every run, or kafka://HOST:PORT/TOPIC.")
  private String output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "Of the files that are written: ${COMPLETION-CANDIDATES} (default: csv).")
  private RowFormat format;

  @Option(
      names = "--anomalies",
      description =
          "Predictions have the columns anomaly and is_anomaly: how improbable their error was for"
              + " their key, and alarms; docs/anomalies.md explains them.")
  private boolean anomalies;

  @Mixin private JsonFile json;

  @Option(
      names = "--memories",
      paramLabel = "FOLDER",
      description =
          "Start with the memories of a savepoint, as bootstrap writes one, and with nothing else of"
              + " it: events are read from their beginning.")
  private String memories;

  @Mixin private ModelOptions model;
  @Mixin private ItemFlags items;
  @Mixin private KafkaFlags kafka;
  @Mixin private JobOptions options;
  @Mixin private TargetFlags flags;
  @Mixin private PageFlags pageFlags;

  private final Configuration surroundings;
  private final Targets targets;

  RunCommand() {
    this(new Configuration(), null);
  }

  /**
   * @param surroundings options that apply unless flags or the job file override them
   * @param targets of the jobs; null if flags set them
   */
  RunCommand(Configuration surroundings, Targets targets) {
    this.surroundings = surroundings;
    this.targets = targets;
  }

  @Override
  public Integer call() throws Exception {
    requireFlags();
    JobConfig job = JobConfigReader.read(config, given());
    options.check();
    pageFlags.check();
    Configuration said = said(job);
    AllowedPaths data = AllowedPaths.ofData(said);
    check(job.schema(), data);
    check(job.catalogue(), data);
    JobModel learned =
        model
            .read(job.schema(), job.weights(), said)
            .withId(job.id())
            .withCatalogue(job.catalogue());
    EventSource source = source(job, learned, data);
    PrintWriter out = command.commandLine().getOut();
    source.notes().forEach(out::println);
    ResultSink sink = sink(job.sink());
    sink.check();
    JobPages pages = pageFlags.of(sourceName(job), learned);
    KafkaModels models = models(job);
    Configuration flink = options.job(said);
    StartingMemories start = memories == null ? null : StartingMemories.of(memories, flink);
    try (JobTarget target = targets == null ? flags.target(flink) : targets.of(flink)) {
      build(target.environment(), source, learned, models, sink, pages, job.anomalies());
      if (start != null) {
        start.restore(target.environment());
      }
      run(target, job, sink.place(), source.bytes(), pages);
    }
    return 0;
  }

  /**
   * @param models new weights while the job runs; null if there are none
   * @param rated true if errors are rated
   */
  private static void build(
      StreamExecutionEnvironment environment,
      EventSource source,
      JobModel learned,
      KafkaModels models,
      ResultSink sink,
      JobPages pages,
      boolean rated)
      throws Exception {
    NewWeights arriving = models == null ? null : models.weights(environment);
    EventPipeline pipeline =
        EventPipeline.build(
            environment,
            source,
            learned,
            arriving,
            Prequential.of(learned.schema(), source, Long.MIN_VALUE, learned.catalogue()),
            rated);
    PredictionRows rows =
        new PredictionRows(
            sink.format(),
            source.columns(),
            learned.schema(),
            learned.outputs(),
            rated,
            models != null,
            source.json());
    sink.write(pipeline, rows, source.paths());
    pages.watch(pipeline, source.columns());
    if (models != null) {
      models.writeRefused(arriving.rejected(), pipeline.refusedModels());
      models.writeCompared(pipeline.compared());
    }
  }

  /** Merges the options; a job file cannot widen the cluster's restrictions. */
  private Configuration said(JobConfig job) {
    Configuration said = new Configuration(surroundings);
    said.addAll(job.options());
    AllowedPaths.OPTIONS.forEach(
        bound -> surroundings.getOptional(bound).ifPresent(value -> said.set(bound, value)));
    return said;
  }

  private void requireFlags() {
    if (config == null && (events == null || output == null)) {
      throw new ParameterException(
          command.commandLine(),
          String.format(
              Locale.ROOT,
              "Missing required option: '%s' (or --config)",
              events == null ? "--events=PATH" : "--output=PLACE"));
    }
    if (memories != null && flags.fromSavepoint()) {
      throw new ParameterException(
          command.commandLine(),
          "--memories takes only the memories of a savepoint, --from-savepoint all of it: give one"
              + " of them");
    }
  }

  private void run(JobTarget target, JobConfig config, String place, long bytes, JobPages pages)
      throws Exception {
    PrintWriter out = command.commandLine().getOut();
    long start = System.nanoTime();
    JobClient job = target.environment().executeAsync(config.name());
    if (flags.onCluster() || !target.attached()) {
      out.println("job " + job.getJobID());
      out.flush();
    }
    if (!target.attached()) {
      pages.refuse(out);
      return;
    }
    JobExecutionResult result = pages.await(target, job, bytes, out);
    Figures figures = RunReport.figures(result, (System.nanoTime() - start) / 1e9);
    RunReport.print(figures, RunReport.reasons(result), place, out);
    RunReport.quality(result, figures, out);
    json.write(figures);
    pages.write(result, figures, out);
    if (config.sink().files() != null && config.sink().files().format() == RowFormat.CSV) {
      RunReport.printLeftOut(result, out);
    }
    String problem =
        config
            .malformed()
            .problem(figures.get("events").longValue(), figures.get("malformed").longValue());
    if (problem != null) {
      throw new IllegalArgumentException(problem);
    }
  }

  /** Values of the flags, by keys of a job file. */
  Map<String, Object> given() throws IOException {
    Map<String, Object> given = new LinkedHashMap<>();
    if (events != null && events.size() == 1 && KafkaFlags.isTopic(events.get(0))) {
      KafkaFlags.putTopic("--events", events.get(0), "source", given);
    } else if (events != null) {
      given.put("source.files", files());
    }
    if (sort) {
      given.put("source.sort", true);
    }
    if (anomalies) {
      given.put("anomalies", true);
    }
    if (maxMalformed != null) {
      given.put("max-malformed", maxMalformed);
    }
    if (KafkaFlags.isTopic(output)) {
      KafkaFlags.putTopic("--output", output, "sink", given);
    } else if (output != null) {
      given.put("sink.files.folder", output);
    }
    if (format != null) {
      given.put("sink.files.format", format.name().toLowerCase(Locale.ROOT));
    }
    model.putAll(given);
    items.putAll(given);
    kafka.putAll(given);
    return given;
  }

  private List<String> files() throws IOException {
    List<String> files = new ArrayList<>();
    for (String path : events) {
      boolean input = path.equals(StandardInput.NAME);
      files.add(input ? StandardInput.toFile(System.in).toString() : path);
    }
    return files;
  }

  private static void check(Path file, AllowedPaths data) {
    if (file != null) {
      data.check(new org.apache.flink.core.fs.Path(file.toUri()));
    }
  }

  private static EventSource source(JobConfig job, JobModel model, AllowedPaths data)
      throws Exception {
    JobConfig.Source source = job.source();
    if (source.kafka() == null) {
      return EventFiles.of(source.files(), model.schema(), file -> check(file, data))
          .failingBeyond(job.malformed())
          .sorted(source.sort());
    }
    check(source.kafka().avroSchema(), data);
    if (source.kafka().protobuf() != null) {
      check(source.kafka().protobuf().descriptors(), data);
    }
    KafkaEvents events = KafkaEvents.of(source.kafka(), model.schema());
    KafkaTopics.require(
        source.kafka().brokers(), source.kafka().properties(), List.of(source.kafka().topic()));
    return events;
  }

  private static KafkaModels models(JobConfig job) throws Exception {
    if (job.refresh() == null) {
      return null;
    }
    KafkaModels models = new KafkaModels(job.refresh().kafka(), job.source().bounded());
    models.check();
    return models;
  }

  /** The events in words. */
  private static String sourceName(JobConfig job) {
    JobConfig.Source source = job.source();
    return source.kafka() == null
        ? source.files().stream().map(Path::toString).collect(Collectors.joining(", "))
        : "topic " + source.kafka().topic();
  }

  private static ResultSink sink(JobConfig.Sink sink) {
    return sink.kafka() == null
        ? new FileResults(sink.files().folder(), sink.files().format())
        : new KafkaResults(sink.kafka());
  }
}
