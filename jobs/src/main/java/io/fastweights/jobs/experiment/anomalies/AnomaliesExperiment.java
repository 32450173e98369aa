package io.fastweights.jobs.experiment.anomalies;

import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.events.Event;
import io.fastweights.jobs.events.EventFiles;
import io.fastweights.jobs.experiment.anomalies.NabTable.Detector;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobOptions;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.process.TemporaryFiles;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import io.fastweights.operator.api.Anomaly;
import io.fastweights.operator.api.FastWeightOptions;
import io.fastweights.operator.api.FastWeightOptions.EventOrder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Anomalies of the Numenta Anomaly Benchmark, without training. */
@Command(
    name = "anomalies",
    description =
        "Anomalies in the series of the Numenta Anomaly Benchmark (NAB), without training, by NAB's"
            + " own score.",
    footer = {
      "",
      "The folder is that of NAB's repository, github.com/numenta/NAB, or a part of it: data/ and",
      "labels/combined_windows.json. Scored are the files that are there. With --results, such as",
      "results/numenta of the repository, a detector's published scores of the same files, too."
    })
public final class AnomaliesExperiment implements Callable<Integer> {
  /**
   * The fields that explain a series in ordinary times; its last values are not among them. A
   * target is clipped at 8 of its deviations: with 4 times that of the file's first values, at 32
   * of those.
   */
  private static final String SCHEMA =
      """
      {"key": "series", "time": "time",
       "fields": [
         {"name": "t12", "encoder": "timeOfDay", "buckets": 12, "smooth": true},
         {"name": "t48", "encoder": "timeOfDay", "buckets": 48, "smooth": true},
         {"name": "weekday", "encoder": "dayOfWeek"}],
       "target": {"name": "value", "encoder": "number", "mean": 0, "deviation": 4}}
      """;

  /** Files on which the schema and the detector's constants were chosen. */
  static final Set<String> CHOSEN_ON =
      Set.of(
          "artificialNoAnomaly/art_daily_no_noise.csv",
          "artificialNoAnomaly/art_flatline.csv",
          "artificialWithAnomaly/art_daily_jumpsdown.csv",
          "artificialWithAnomaly/art_increase_spike_density.csv",
          "realAdExchange/exchange-2_cpm_results.csv",
          "realAdExchange/exchange-4_cpc_results.csv",
          "realKnownCause/cpu_utilization_asg_misconfiguration.csv",
          "realKnownCause/nyc_taxi.csv");

  /** Four heads of each of the default rates: the projections' luck averages out. */
  private static final List<Double> BETAS = List.of(0.3, 0.3, 0.3, 0.3, 0.1, 0.1, 0.1, 0.1);

  private static final int MOST_SEEDS = 100;

  @Spec private CommandSpec command;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER",
      description = "NAB's folder, or a part of it.")
  private Path data;

  @Option(
      names = "--results",
      arity = "1..*",
      paramLabel = "FOLDER",
      description = "Folders of other detectors' published scores, scored on the same files.")
  private List<Path> results = List.of();

  @Option(
      names = "--seeds",
      defaultValue = "3",
      paramLabel = "N",
      description =
          "Runs with seeds 1 ... N; the table has their mean (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Mixin private JsonFile json;

  @Mixin private JobOptions options;

  /**
   * The job's scores of each value.
   *
   * @param scores of the likelihood
   * @param errors by themselves, as scores
   */
  record Rated(Map<String, double[]> scores, Map<String, double[]> errors, long alarms) {}

  @Override
  public Integer call() throws Exception {
    options.check();
    Flags.require(
        command,
        seeds >= 1 && seeds <= MOST_SEEDS,
        "--seeds is " + seeds + ", must be in 1 ... " + MOST_SEEDS);
    NabCorpus corpus = NabCorpus.read(data);
    List<Detector> others = others(corpus);
    List<Rated> runs = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      runs.add(rate(corpus, seed));
    }
    List<Detector> all = new ArrayList<>();
    all.add(new Detector("memories", "fast weights", runs.stream().map(Rated::scores).toList()));
    all.add(
        new Detector(
            "errors", "the same errors, no likelihood", runs.stream().map(Rated::errors).toList()));
    all.addAll(others);
    NabTable table = new NabTable(all);
    table.add("", "all files", corpus.files());
    List<NabFile> unseen =
        corpus.files().stream().filter(file -> !CHOSEN_ON.contains(file.name())).toList();
    if (unseen.size() < corpus.files().size() && !unseen.isEmpty()) {
      table.add(".unseen", "files on which nothing was chosen", unseen);
    }
    double alarms = runs.stream().mapToLong(Rated::alarms).average().orElseThrow();
    report(table, alarms, corpus.size());
    return 0;
  }

  /** The detectors that are not ours. */
  private List<Detector> others(NabCorpus corpus) throws IOException {
    List<Detector> others = new ArrayList<>();
    for (Path folder : results) {
      String name = folder.getFileName().toString();
      others.add(
          new Detector(name, "published scores: " + name, List.of(corpus.published(folder))));
    }
    others.add(
        new Detector("runningZ", "running z", List.of(each(corpus, NabBaselines::runningZ))));
    List<Map<String, double[]>> random = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      long of = seed;
      random.add(each(corpus, file -> NabBaselines.random(file, of)));
    }
    others.add(new Detector("random", "random numbers", random));
    others.add(new Detector("none", "no detection", List.of(each(corpus, NabBaselines::none))));
    return others;
  }

  private void report(NabTable table, double alarms, long values) throws IOException {
    PrintWriter out = command.commandLine().getOut();
    table.print(out);
    out.printf(
        Locale.ROOT,
        "  alarms at a false alarm rate of %s: %,.0f of %,d values%n",
        FastWeightOptions.FALSE_ALARM_RATE.defaultValue(),
        alarms,
        values);
    out.println(
        "  published on all 58 files (NAB 1.0, by its own scorer): Numenta HTM 70.1, without");
    out.println("  its likelihood 53.6; the threshold of those is the best one over all 58 files");
    out.flush();
    json.write(table.figures().put("anomalies.alarms", alarms).put("anomalies.values", values));
  }

  private static Map<String, double[]> each(NabCorpus corpus, Function<NabFile, double[]> rule) {
    return corpus.files().stream().collect(Collectors.toMap(NabFile::name, rule));
  }

  private Rated rate(NabCorpus corpus, long seed) throws Exception {
    Path work = TemporaryFiles.folder();
    try {
      Path events = work.resolve("events.csv");
      try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(events))) {
        corpus.writeEvents(writer);
        if (writer.checkError()) {
          throw new IOException("cannot write " + events);
        }
      }
      Configuration job = options.passing(null);
      // Clocks of some series are put back.
      job.set(FastWeightOptions.ORDER, EventOrder.ACCEPT);
      job.set(FastWeightOptions.ASSOCIATIVE_BETAS, BETAS);
      job.set(FastWeightOptions.ASSOCIATIVE_SEED, seed);
      try (JobTarget target = JobTarget.embedded(job)) {
        return collect(corpus, target.environment(), events);
      }
    } finally {
      FileUtils.deleteDirectoryQuietly(work.toFile());
    }
  }

  /** The events of a series come out in their order. */
  @SuppressWarnings("try") // the iterator may be interrupted when it closes
  private static Rated collect(NabCorpus corpus, StreamExecutionEnvironment env, Path events)
      throws Exception {
    Schema schema = SchemaJson.parse(SCHEMA);
    EventFiles files = EventFiles.of(events, schema);
    DataStream<Tuple4<String, Double, Double, Boolean>> rated =
        EventPipeline.memories(files.events(env, schema), files, schema, null)
            .anomalies()
            .map(AnomaliesExperiment::line)
            .returns(Types.TUPLE(Types.STRING, Types.DOUBLE, Types.DOUBLE, Types.BOOLEAN));
    Map<String, double[]> scores = each(corpus, NabBaselines::none);
    Map<String, double[]> errors = each(corpus, NabBaselines::none);
    Map<String, Integer> places = new HashMap<>();
    long alarms = 0;
    try (CloseableIterator<Tuple4<String, Double, Double, Boolean>> lines =
        rated.executeAndCollect("fastweights experiment anomalies")) {
      while (lines.hasNext()) {
        Tuple4<String, Double, Double, Boolean> line = lines.next();
        int place = places.merge(line.f0, 1, Integer::sum) - 1;
        scores.get(line.f0)[place] = line.f1;
        errors.get(line.f0)[place] = NabBaselines.squashed(line.f2, 1);
        alarms += line.f3 ? 1 : 0;
      }
    }
    requireAll(corpus, places);
    return new Rated(scores, errors, alarms);
  }

  private static Tuple4<String, Double, Double, Boolean> line(Anomaly<Event> rated) {
    double error =
        Math.abs((double) rated.prediction().target()[0] - rated.prediction().values()[0]);
    return Tuple4.of(rated.prediction().event().key(), rated.anomaly(), error, rated.isAnomaly());
  }

  private static void requireAll(NabCorpus corpus, Map<String, Integer> places) {
    for (NabFile file : corpus.files()) {
      int rated = places.getOrDefault(file.name(), 0);
      if (rated != file.size()) {
        throw new IllegalStateException(
            file.name() + " has " + file.size() + " values, of which " + rated + " were rated");
      }
    }
  }
}
