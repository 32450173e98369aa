package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.output.RejectedRows;
import io.fastweights.jobs.output.RowFormat;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.pipeline.ModelOptions;
import io.fastweights.jobs.pipeline.SavepointPath;
import io.fastweights.jobs.progress.JobProgress;
import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.operator.FastWeightPairStream;
import io.fastweights.state.savepoint.MemoryBootstrap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bootstrap}: memories of a history, as a savepoint to start from. */
@Command(
    name = "bootstrap",
    description = "Form memories from a history of events and write them as a savepoint.",
    footer = {
      "",
      "A job that starts from it (run --memories, flink run -s) answers as if it had seen the",
      "history itself, bit for bit. Events are read as run reads them; those that cannot be taken",
      "are counted, and run says which they are. The savepoint is canonical and holds the operator",
      "'fast-weights' alone, with keys of type String; of events with two keys 'fast-weights-second'",
      "too, and the history is read twice."
    })
public final class BootstrapCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--events",
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files of events, folders of them, or patterns, as run takes them.")
  private List<Path> events;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Takes the savepoint; must not exist or be empty.")
  private String out;

  @Mixin private JsonFile json;

  @Mixin private ModelOptions model;

  @Mixin private JobOptions options;

  @Override
  public Integer call() throws Exception {
    options.check();
    JobModel learned = model.read(new Configuration());
    EventFiles files = EventFiles.of(events, learned.schema(), file -> {});
    files.notes().forEach(command.commandLine().getOut()::println);
    try (JobTarget target = JobTarget.embedded(flink())) {
      new JobProgress(new StatusLine(command.commandLine().getOut()), files.bytes())
          .watch(target.environment());
      MemoryBootstrap bootstrap =
          MemoryBootstrap.write(
              memories(target.environment(), files, learned), SavepointPath.of(out));
      Figures figures = figures(bootstrap);
      print(figures);
      json.write(figures);
    }
    return 0;
  }

  /** The operators whose memories are written, one for each key. */
  private static List<Supplier<? extends SingleOutputStreamOperator<?>>> memories(
      StreamExecutionEnvironment environment, EventFiles files, JobModel learned) {
    Schema schema = learned.schema();
    if (schema.secondKey() != null) {
      return List.of(
          () -> pair(environment, files, learned).first().predictions(),
          () -> pair(environment, files, learned).second().predictions());
    }
    return List.of(
        () -> {
          SingleOutputStreamOperator<Event> events = files.events(environment, schema);
          count(events.getSideOutput(Rejected.TAG), files);
          return EventPipeline.memories(events, files, schema, learned.weights()).predictions();
        });
  }

  private static FastWeightPairStream<Event> pair(
      StreamExecutionEnvironment environment, EventFiles files, JobModel learned) {
    return EventPipeline.pair(
        files.events(environment, learned.schema()),
        files,
        learned,
        rejected -> count(rejected, files));
  }

  private static void count(DataStream<Rejected> rejected, EventFiles files) {
    rejected
        .map(new RejectedRows(RowFormat.CSV, files.paths()))
        .returns(Types.STRING)
        .sinkTo(new DiscardingSink<>());
  }

  /** No checkpoints: the savepoint is all that is to be left. */
  private Configuration flink() {
    Configuration flink = options.job(new Configuration());
    flink.removeConfig(CheckpointingOptions.CHECKPOINTING_INTERVAL);
    return flink;
  }

  private static Figures figures(MemoryBootstrap bootstrap) {
    Long unread = bootstrap.result().getAccumulatorResult(RejectedRows.MALFORMED);
    long malformed = bootstrap.refused() + (unread == null ? 0 : unread);
    return new Figures()
        .put("events", bootstrap.answered() + malformed)
        .put("taken", bootstrap.answered())
        .put("malformed", malformed);
  }

  private void print(Figures figures) {
    PrintWriter to = command.commandLine().getOut();
    to.printf(Locale.ROOT, "events        %,12d%n", figures.get("events").longValue());
    to.printf(Locale.ROOT, "  taken       %,12d%n", figures.get("taken").longValue());
    to.printf(Locale.ROOT, "  malformed   %,12d%n", figures.get("malformed").longValue());
    to.println("written to " + out);
    to.flush();
  }
}
