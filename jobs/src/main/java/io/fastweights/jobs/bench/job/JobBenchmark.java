package io.fastweights.jobs.bench.job;

import io.fastweights.jobs.bench.job.SyntheticJob.Batching;
import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.bench.measure.BenchProgress;
import io.fastweights.jobs.demo.DemoEvents;
import io.fastweights.jobs.pipeline.WorkFolder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.MemorySize;

/** The measurements of {@code bench job}; each puts its figures into the report. */
final class JobBenchmark {
  private static final MemoryKind KIND = MemoryKind.KIB_16;
  private static final int[] PARALLELISMS = {1, 2};
  private static final List<MemoryKind> KINDS =
      List.of(MemoryKind.KIB_4, KIND, new MemoryKind("64KiB", 32), MemoryKind.KIB_256);
  private static final List<Batching> BATCHINGS =
      List.of(new Batching(1, 0), new Batching(64, 5), Batching.DEFAULT, new Batching(1024, 50));
  private static final List<Quantile> QUANTILES =
      List.of(new Quantile("p50", 0.5), new Quantile("p99", 0.99), new Quantile("p99.9", 0.999));
  private static final String RATE = "eventsPerSecond";
  private static final String PROCESSOR = ".eventsPerProcessorSecond";

  private final Settings settings;
  private final JobReport report;
  private final BenchProgress progress;
  private final PrintWriter out;

  /**
   * @param seconds of each run of a job
   * @param runs of each job; medians count
   * @param pressureSeconds of the slow sink
   * @param keys different keys of the synthetic job, a multiple of 1,000
   * @param days of the demo
   * @param memory bytes for memories, of each job
   */
  record Settings(
      double seconds, int runs, double pressureSeconds, int keys, int days, MemorySize memory) {}

  private record Quantile(String name, double at) {}

  JobBenchmark(Settings settings, JobReport report, PrintWriter out) {
    this.settings = settings;
    this.report = report;
    this.out = out;
    this.progress = new BenchProgress(out);
  }

  /** Events per second of the demo and of the synthetic job, by both ways. */
  void throughput() throws Exception {
    try (WorkFolder work = WorkFolder.create()) {
      progress.begin("write the demo's events");
      Path events = DemoEvents.write(settings.days, work.temporary());
      for (int i = 0; i < settings.runs; i++) {
        for (int p : PARALLELISMS) {
          both("demo", p, way -> new FlightsJob(way, events, p, settings.memory));
          both("synthetic", p, way -> synthetic(way, KIND, settings.keys, p));
        }
      }
    }
  }

  private interface Job {
    LoadJob of(Way way);
  }

  private void both(String name, int parallelism, Job job) throws Exception {
    String figure = "throughput." + name + ".p" + parallelism;
    LoadRun naive = run(figure + ", naive", job.of(Way.NAIVE));
    LoadRun ours = run(figure, job.of(Way.FASTWEIGHTS));
    report.addBoth(figure, RATE, ours.eventsPerSecond(), naive.eventsPerSecond());
    report.add(
        figure + ".perProcessorSecond",
        ours.eventsPerProcessorSecond() / naive.eventsPerProcessorSecond());
    report.add(figure + PROCESSOR, ours.eventsPerProcessorSecond());
  }

  private SyntheticJob synthetic(Way way, MemoryKind kind, int keys, int parallelism) {
    return SyntheticJob.unbounded(way, kind, keys, parallelism, settings.memory);
  }

  private LoadRun run(String name, LoadJob job) throws Exception {
    progress.begin(name);
    LoadRun run = LoadRun.of(job, settings.seconds, progress);
    out.printf(Locale.ROOT, "  %,.0f events/s%n", run.eventsPerSecond());
    out.flush();
    return run;
  }

  /** Measures the latency of events at half of each way's throughput. */
  void latency() throws Exception {
    SyntheticJob ours = synthetic(Way.FASTWEIGHTS, KIND, settings.keys, 1);
    SyntheticJob naive = synthetic(Way.NAIVE, KIND, settings.keys, 1);
    long rate = halfOf(Way.FASTWEIGHTS, ours);
    long naiveRate = halfOf(Way.NAIVE, naive);
    report.add("latency." + RATE, rate);
    report.add("latency.naive." + RATE, naiveRate);
    for (int i = 0; i < settings.runs; i++) {
      LoadRun beside =
          run("latency, naive, at " + naiveRate + "/s", naive.at(naiveRate, Batching.DEFAULT));
      report.add("latency.naive.answered." + RATE, beside.eventsPerSecond());
      QUANTILES.forEach(q -> report.add(millis("latency.naive", q), beside.quantile(q.at)));
      for (Batching batching : BATCHINGS) {
        String figure =
            String.format(
                Locale.ROOT, "latency.batch%d.linger%d", batching.size(), batching.lingerMillis());
        LoadRun run = run(figure + ", at " + rate + "/s", ours.at(rate, batching));
        report.add(figure + ".answered." + RATE, run.eventsPerSecond());
        for (Quantile q : QUANTILES) {
          report.add(figure + "." + q.name, run.quantile(q.at) / beside.quantile(q.at));
          report.add(millis(figure, q), run.quantile(q.at));
        }
      }
    }
  }

  private static String millis(String figure, Quantile quantile) {
    return figure + "." + quantile.name + ".ms";
  }

  /** Half of the measured throughput, which is measured now if it was not before. */
  private long halfOf(Way way, SyntheticJob job) throws Exception {
    String figure = "throughput.synthetic.p1." + (way == Way.NAIVE ? "naive." : "") + RATE;
    double most = report.median(figure);
    if (Double.isNaN(most)) {
      most = run("the maximal rate, " + way.name().toLowerCase(Locale.ROOT), job).eventsPerSecond();
    }
    return Math.max(1, Math.round(most / 2));
  }

  /** Measures the memory of the process during minutes of a slow sink. */
  void pressure() throws Exception {
    progress.begin("back-pressure in a process of its own");
    Backpressure.Cost cost =
        new Backpressure(settings.pressureSeconds, settings.keys / 10).inOwnProcess(out);
    report.add("pressure.seconds", cost.seconds());
    report.add("pressure." + RATE, cost.eventsPerSecond());
    report.add("pressure.rss.growth", cost.residentGrowth());
    add("pressure.begin", cost.begin());
    add("pressure.end", cost.end());
    report.add("pressure.checkpoints", cost.checkpoints());
    report.add("pressure.checkpoint.longest.ms", cost.checkpointMillis());
  }

  private void add(String name, Backpressure.Moment moment) {
    report.add(name + ".rss.bytes", moment.residentBytes());
    report.add(name + ".heap.bytes", moment.heapBytes());
    report.add(name + ".underway.events", moment.underway());
  }

  /** Measures the cost against the number of keys, the size of a memory and the parallelism. */
  void growth() throws Exception {
    int tenth = settings.keys / 10;
    for (int i = 0; i < settings.runs; i++) {
      Map<SyntheticJob, LoadRun> done = new HashMap<>();
      for (int keys = settings.keys / 1000; keys <= settings.keys; keys *= 10) {
        grow("growth.keys" + keys, synthetic(Way.FASTWEIGHTS, KIND, keys, 1), done);
      }
      for (MemoryKind kind : KINDS) {
        grow("growth.memory" + kind.name(), synthetic(Way.FASTWEIGHTS, kind, tenth, 1), done);
      }
      for (int p : PARALLELISMS) {
        grow("growth.p" + p, synthetic(Way.FASTWEIGHTS, KIND, settings.keys, p), done);
      }
    }
  }

  /** A job measured in this round is not measured again. */
  private void grow(String figure, SyntheticJob job, Map<SyntheticJob, LoadRun> done)
      throws Exception {
    LoadRun run = done.get(job);
    if (run == null) {
      run = run(figure, job);
      done.put(job, run);
    }
    report.add(figure + "." + RATE, run.eventsPerSecond());
    report.add(figure + PROCESSOR, run.eventsPerProcessorSecond());
    report.add(figure + ".checkpointBytesPerEvent", run.checkpointBytesPerEvent());
  }
}
