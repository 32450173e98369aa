package io.fastweights.jobs.experiment.gates;

import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.demo.DemoEvents;
import io.fastweights.jobs.experiment.cases.CaseLog;
import io.fastweights.jobs.experiment.streams.ElectricityExperiment;
import io.fastweights.jobs.experiment.streams.RatingsExperiment;
import io.fastweights.jobs.experiment.streams.StreamTask;
import io.fastweights.jobs.experiment.streams.StreamTask.Trial;
import io.fastweights.jobs.experiment.streams.StudentsExperiment;
import io.fastweights.jobs.flights.Flights;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.StepSizes;
import io.fastweights.operator.cache.LogFormat;
import io.fastweights.operator.model.ModelSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Variants of the memories' update beside each other. */
@Command(
    name = "gates",
    description =
        "Step sizes of associative memories, constant and per row, with default options on flights,"
            + " synthetic recall and the public files that are given; several seeds. With --trained,"
            + " trained memories without and with forget gates on parts of the same streams.")
public final class GatesExperiment implements Callable<Integer> {
  private static final int RECALL_KEYS = 16;
  private static final int RECALL_EVENTS = 3000;
  private static final int FIRST_SCORED_DAY = 4;

  @Spec private CommandSpec command;

  @Option(
      names = "--electricity",
      paramLabel = "FILE",
      description = "File of experiment electricity.")
  private Path electricity;

  @Option(
      names = "--answers",
      paramLabel = "FILE",
      description = "File of experiment students, by student.")
  private Path answers;

  @Option(
      names = "--ratings",
      paramLabel = "FILE",
      description = "File of experiment ratings, by film.")
  private Path ratings;

  @Option(names = "--cases", paramLabel = "FILE", description = "File of experiment helpdesk.")
  private Path cases;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "31",
      description =
          "Days of flights, or 0; those from the fourth on count (default: ${DEFAULT-VALUE}).")
  private int days;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Seeds of projections (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--trained",
      description =
          "Trained memories without and with forget gates, on validation parts; of flights the first"
              + " two weeks, unless --days is 0.")
  private boolean trained;

  @Option(
      names = "--recall-keys",
      paramLabel = "N",
      defaultValue = "400",
      description = "With --trained: keys of synthetic recall (default: ${DEFAULT-VALUE}).")
  private int recallKeys;

  @Mixin private JsonFile json;

  private final Figures figures = new Figures();

  /** A stream, made anew for each seed where it is drawn. */
  private interface Source {
    LearningStream of(long seed) throws Exception;
  }

  @Override
  public Integer call() throws Exception {
    Flags.require(command, seeds >= 1, "--seeds is " + seeds + ", must be at least 1");
    boolean scored = days >= FIRST_SCORED_DAY && days <= 31;
    Flags.require(command, days == 0 || scored, "--days is " + days + ", must be 0 or in 4 ... 31");
    if (trained) {
      forgetGates();
      json.write(figures);
      return 0;
    }
    print("  %-26s %-9s %-17s %-17s %s%n", "stream", "", "constant", "per row", "step and log");
    for (Map.Entry<String, Source> source : sources().entrySet()) {
      compare(source.getKey(), source.getValue());
    }
    print(
        "  ± half of the range of %d seeds; step and log: of one event, constant and per row%n",
        seeds);
    json.write(figures);
    return 0;
  }

  private void forgetGates() throws Exception {
    print("  %-26s %-9s %-17s %-17s %s%n", "stream", "", "delta", "gated_delta", "gates' cost");
    PrintWriter out = command.commandLine().getOut();
    ForgetGatesTable table = new ForgetGatesTable(seeds, out, figures);
    if (answers != null) {
      table.add("students", TrainingStream.students(StudentsExperiment.TASK, answers));
    }
    if (electricity != null) {
      StreamTask task = ElectricityExperiment.TASK;
      table.add("electricity", TrainingStream.electricity(task, electricity, true));
      table.add("electricity.withoutPrice", TrainingStream.electricity(task, electricity, false));
    }
    if (cases != null) {
      table.add("helpdesk", TrainingStream.cases(cases));
    }
    if (days > 0) {
      table.add("flights", TrainingStream.flights());
    }
    table.add("recall", TrainingStream.recall(recallKeys));
    double small = GateCost.ratio(32, 4, 8);
    double large = GateCost.ratio(128, 8, 64);
    figures.put("step.h4d8", small).put("step.h8d64", large);
    print("  ± half of the range of %d seeds; validation parts%n", seeds);
    print(
        "  a step of the engine with gates: %.2f times the time (4 heads of 16 x 8), %.2f (8 of 128"
            + " x 64)%n",
        small, large);
  }

  private Map<String, Source> sources() {
    Map<String, Source> sources = new LinkedHashMap<>();
    sources.put("recall", seed -> LearningStream.recall(seed, RECALL_KEYS, RECALL_EVENTS));
    if (days > 0) {
      sources.put(
          "flights",
          fixed(
              () ->
                  LearningStream.flights(
                      Flights.january2001().stream().filter(f -> f.dayOfMonth() <= days).toList(),
                      DemoEvents.SCHEMA,
                      FIRST_SCORED_DAY)));
    }
    if (electricity != null) {
      List<Trial> trials = ElectricityExperiment.TASK.trials();
      sources.put("electricity", file("electricity", trials.get(0), 1));
      sources.put("electricity.repeated", file("electricity, again", trials.get(0), 2));
      sources.put("electricity.withoutPrice", file("electricity, no price", trials.get(1), 1));
    }
    addKeyed(sources);
    if (cases != null) {
      sources.put("helpdesk", fixed(() -> LearningStream.cases(CaseLog.helpdesk(cases))));
    }
    return sources;
  }

  private void addKeyed(Map<String, Source> sources) {
    if (answers != null) {
      Trial byStudent =
          new Trial(
              "",
              "",
              """
              {"key": "student", "time": "time",
               "fields": [{"name": "skill", "encoder": "hashed", "buckets": 1024}],
               "target": {"name": "correct", "encoder": "binary"}}
              """);
      sources.put(
          "students",
          fixed(
              () -> LearningStream.of("students", StudentsExperiment.TASK, byStudent, answers, 1)));
    }
    if (ratings != null) {
      Trial byFilm =
          new Trial(
              "",
              "",
              """
              {"key": "item", "time": "time",
               "fields": [{"name": "user", "encoder": "hashed", "buckets": 4096}],
               "target": {"name": "rating", "encoder": "number", "mean": 3.5, "deviation": 1.1}}
              """);
      sources.put(
          "ratings",
          fixed(() -> LearningStream.of("ratings", RatingsExperiment.TASK, byFilm, ratings, 1)));
    }
  }

  private Source file(String title, Trial trial, int times) {
    return fixed(
        () -> LearningStream.of(title, ElectricityExperiment.TASK, trial, electricity, times));
  }

  /** A stream that is the same for all seeds is made once. */
  private static Source fixed(Callable<LearningStream> of) {
    LearningStream[] made = {null};
    return seed -> {
      made[0] = made[0] == null ? of.call() : made[0];
      return made[0];
    };
  }

  private void compare(String name, Source source) throws Exception {
    Map<StepSizes, List<LearningRun>> runs = new LinkedHashMap<>();
    LearningStream stream = null;
    for (long seed = 1; seed <= seeds; seed++) {
      stream = source.of(seed);
      for (StepSizes sizes : StepSizes.values()) {
        AssociativeMemory model = model(stream, sizes);
        runs.computeIfAbsent(sizes, key -> new ArrayList<>())
            .add(LearningRun.of(stream, model, seed));
        figures.put(name + "." + sizes + ".logBytes", logBytes(model));
      }
    }
    figures.put(name + ".scored", runs.get(StepSizes.CONSTANT).get(0).scored());
    String measure = LearningRun.measure(stream.schema().target());
    double before = mean(runs.get(StepSizes.CONSTANT), LearningRun::nanos);
    double after = mean(runs.get(StepSizes.PER_ROW), LearningRun::nanos);
    String cost =
        String.format(
            Locale.ROOT,
            "%.1f, %.1f us; %d, %d bytes",
            before / 1e3,
            after / 1e3,
            logBytes(model(stream, StepSizes.CONSTANT)),
            logBytes(model(stream, StepSizes.PER_ROW)));
    row(name, stream.title(), measure, runs, LearningRun::value, cost);
    if (!Double.isNaN(runs.get(StepSizes.CONSTANT).get(0).logLoss())) {
      row(name, "", "log loss", runs, LearningRun::logLoss, "");
    }
  }

  private void row(
      String name,
      String title,
      String measure,
      Map<StepSizes, List<LearningRun>> runs,
      ToDoubleFunction<LearningRun> value,
      String more) {
    List<String> cells = new ArrayList<>();
    runs.forEach(
        (sizes, of) -> {
          double[] sorted = of.stream().mapToDouble(value).sorted().toArray();
          double half = (sorted[sorted.length - 1] - sorted[0]) / 2;
          double mean = mean(of, value);
          cells.add(String.format(Locale.ROOT, "%.4f ± %.4f", mean, half));
          figures.put(name + "." + sizes + "." + measure.replace(' ', '_'), mean);
        });
    print("  %-26s %-9s %-17s %-17s %s%n", title, measure, cells.get(0), cells.get(1), more);
  }

  private static double mean(List<LearningRun> runs, ToDoubleFunction<LearningRun> value) {
    return runs.stream().mapToDouble(value).average().orElseThrow();
  }

  /** The memory that a job gives its keys where no other option is set. */
  private static AssociativeMemory model(LearningStream stream, StepSizes sizes) {
    Configuration options =
        new Configuration().set(FastWeightOptions.ASSOCIATIVE_STEP_SIZES, sizes);
    ModelSpec spec = new ModelSpec(SchemaJson.write(stream.schema()), null, 0);
    return (AssociativeMemory) spec.create(options).model();
  }

  /** Bytes of an event in a log, without what a chunk of events shares. */
  private static int logBytes(AssociativeMemory model) {
    LogShape shape = LogShape.of(model);
    boolean values = new LogFormat(model).ofValues();
    return Float.BYTES * (shape.keys() + (values ? shape.columns() : shape.deltas()));
  }

  private void print(String format, Object... values) {
    command.commandLine().getOut().printf(Locale.ROOT, format, values);
    command.commandLine().getOut().flush();
  }
}
