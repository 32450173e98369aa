package io.fastweights.jobs;

import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.LineFiles;
import io.fastweights.jobs.output.PredictionRows;
import io.fastweights.jobs.output.RejectedRows;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.EmbeddedCluster;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.ModelOptions;
import io.fastweights.jobs.pipeline.StartingMemories;
import io.fastweights.jobs.pipeline.WorkFolder;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.schema.Schema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights run}: predictions for the events in files. */
@Command(
    name = "run",
    description = "Predict the events of a file or folder, learning from each as it goes.",
    footer = {
      "",
      "Events are CSV with a header, or JSON lines; .gz too. Files of a folder are read in the order",
      "of their names. The schema names the columns of key, time and (if there is one) kind: ask or",
      "observe. Without a kind, events without a target are asked and the others observed. Times are",
      "ISO 8601, UTC where there is no offset, or milliseconds since 1970.",
      "",
      "Predictions go to OUTPUT/predictions; events that cannot be taken go to OUTPUT/malformed with",
      "file, line, reason and text, and stop nothing."
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      required = true,
      paramLabel = "PATH",
      description = "A file of events, or a folder of them.")
  private Path events;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Takes the predictions; a folder of its own for every run.")
  private Path output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "csv",
      description = "Of what is written: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RowFormat format;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one flat JSON object, too.")
  private Path json;

  @Option(
      names = "--from-savepoint",
      paramLabel = "FOLDER",
      description =
          "Start with the memories of a savepoint, as bootstrap writes one. The events are read"
              + " from their beginning.")
  private String savepoint;

  @Mixin private ModelOptions model;

  @Mixin private JobOptions options;

  @Override
  public Integer call() throws Exception {
    options.check();
    SlowWeights weights = model.weights();
    Schema schema = model.schema(weights);
    StartingMemories memories = savepoint == null ? null : StartingMemories.of(savepoint, options);
    EventFiles files = EventFiles.of(events, schema);
    requireEmpty(output);
    Figures figures = run(files, schema, weights, memories);
    print(figures);
    figures.writeJson(json);
    return 0;
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (Files.exists(folder)) {
      if (!Files.isDirectory(folder)) {
        throw new IllegalArgumentException("--output " + folder + " is not a folder");
      }
      try (Stream<Path> inside = Files.list(folder)) {
        if (inside.findAny().isPresent()) {
          throw new IllegalArgumentException(
              "--output " + folder + " is not empty: give every run a folder of its own");
        }
      }
    }
  }

  private Figures run(
      EventFiles files, Schema schema, SlowWeights weights, StartingMemories memories)
      throws Exception {
    int outputs = weights == null ? schema.target().dim() : SlowModel.of(weights).outputDim();
    PredictionRows rows = new PredictionRows(format, files.columns(), schema.target(), outputs);
    int slots = options.parallelism();
    try (WorkFolder work = WorkFolder.create();
        EmbeddedCluster cluster = new EmbeddedCluster(slots, options.flink(work))) {
      StreamExecutionEnvironment environment = cluster.environment();
      EventPipeline pipeline = EventPipeline.build(environment, files, schema, weights, options);
      write(pipeline, rows, new RejectedRows(format, files));
      if (memories != null) {
        memories.restore(environment);
      }
      long start = System.nanoTime();
      JobExecutionResult result = environment.execute("fastweights run");
      return figures(result, (System.nanoTime() - start) / 1e9);
    }
  }

  private void write(EventPipeline pipeline, PredictionRows rows, RejectedRows rejected) {
    write(pipeline.predictions().map(rows), "predictions", rows.header());
    write(pipeline.rejected().map(rejected), "malformed", rejected.header());
  }

  private void write(SingleOutputStreamOperator<String> lines, String name, String header) {
    lines
        .returns(Types.STRING)
        .name(name + " as rows")
        .sinkTo(LineFiles.sink(output.resolve(name), name, format.suffix(), header))
        .name(name)
        .uid(name)
        .setParallelism(1);
  }

  private static Figures figures(JobExecutionResult result, double seconds) {
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
        .put("seconds", seconds)
        .put("eventsPerSecond", events / seconds);
  }

  private static long count(JobExecutionResult result, String name) {
    Long count = result.getAccumulatorResult(name);
    return count == null ? 0 : count;
  }

  private void print(Figures figures) {
    PrintWriter out = command.commandLine().getOut();
    out.printf(Locale.ROOT, "events        %,12d%n", figures.get("events").longValue());
    out.printf(Locale.ROOT, "  predicted   %,12d%n", figures.get("predicted").longValue());
    out.printf(Locale.ROOT, "    observed  %,12d%n", figures.get("observed").longValue());
    out.printf(Locale.ROOT, "    asked     %,12d%n", figures.get("asked").longValue());
    out.printf(Locale.ROOT, "  malformed   %,12d%n", figures.get("malformed").longValue());
    out.printf(Locale.ROOT, "seconds       %,12.1f%n", figures.get("seconds").doubleValue());
    out.printf(
        Locale.ROOT, "events/second %,12.0f%n", figures.get("eventsPerSecond").doubleValue());
    out.println("written to " + output);
    out.flush();
  }
}
