package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.load.StateJob.Way;
import io.fastweights.jobs.bench.measure.BenchProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/**
 * The measurements of {@code bench state}; each puts its figures into the report. Every job runs in
 * its own process: another job's compiled code and heap do not affect it.
 */
final class StateBenchmark {
  private static final double CACHED_KEYS = 0.1;
  private static final int HIT_EVENTS_PER_KEY = 20;

  private final Settings settings;
  private final PrintWriter out;
  private final BenchProgress progress;

  /**
   * @param seconds of each run of a job
   * @param runs of each job for throughput; medians count
   * @param keys different keys of the events
   * @param manyKeys keys that are seen once each
   * @param dirtyKeys keys that a checkpoint must save
   * @param memory bytes for memories, of each way
   * @param options of Flink and of the memories, for both ways
   */
  record Settings(
      double seconds,
      int runs,
      int keys,
      int manyKeys,
      int dirtyKeys,
      MemorySize memory,
      Configuration options) {}

  StateBenchmark(Settings settings, PrintWriter out) {
    this.settings = settings;
    this.out = out;
    this.progress = new BenchProgress(out);
  }

  /** Events per second of both ways, in turn, and what their checkpoints write. */
  void throughput(StateReport report, boolean withCheckpoints) throws Exception {
    Map<MemoryKind, List<StatePair>> pairs = new LinkedHashMap<>();
    for (int i = 0; i < settings.runs; i++) {
      for (MemoryKind kind : List.of(MemoryKind.KIB_16, MemoryKind.KIB_256)) {
        StatePair pair = both(kind, 0);
        out.printf(Locale.ROOT, "  %.1fx%n", pair.ratio());
        pairs.computeIfAbsent(kind, key -> new ArrayList<>()).add(pair);
      }
    }
    pairs.forEach(report::throughput);
    if (withCheckpoints) {
      MemoryKind kind = MemoryKind.KIB_256;
      double naive = StatePair.median(pairs.get(kind), pair -> pair.naive().eventsPerSecond());
      long rate = Math.max(1, Math.round(naive / 2));
      report.checkpoints(kind, rate, both(kind, rate));
    }
  }

  private StatePair both(MemoryKind kind, long rate) throws Exception {
    StateRun naive = run(Way.NAIVE, kind, rate);
    return StatePair.of(run(Way.FASTWEIGHTS, kind, rate), naive);
  }

  private StateRun run(Way way, MemoryKind kind, long rate) throws Exception {
    progress.begin(
        String.format(
            Locale.ROOT,
            "%s, %s%s",
            kind.name(),
            way == Way.NAIVE ? "naive" : "fastweights",
            rate == 0 ? "" : String.format(Locale.ROOT, ", at %d events/s", rate)));
    StateRun run =
        new StateTask(
                way,
                kind,
                StateTask.Keys.ZIPF,
                settings.keys,
                rate,
                settings.memory.getBytes(),
                way.cache(settings.memory).getBytes(),
                false,
                settings.options.toMap(),
                settings.seconds)
            .inOwnProcess(out);
    out.printf(
        Locale.ROOT,
        "  %,.0f events/s, a checkpoint writes %,.0f KiB (median)%n",
        run.eventsPerSecond(),
        run.medianCheckpointBytes() / 1024);
    out.flush();
    return run;
  }

  /**
   * The pause of a checkpoint. Keys are drawn from twice as many as must be dirty, at a rate at
   * which a checkpoint finds more than those; all of them are in the cache.
   */
  void sync(StateReport report) throws Exception {
    MemoryKind kind = MemoryKind.KIB_16;
    int keys = 2 * settings.dirtyKeys;
    // Of n draws from 2 m keys 2 m (1 - exp(-n / 2 m)) differ: m of 1.39 m.
    long perCheckpoint = Math.round(1.5 * settings.dirtyKeys);
    long rate = perCheckpoint * 1000 / StateTask.CHECKPOINT_INTERVAL.toMillis();
    progress.begin(
        String.format(
            Locale.ROOT,
            "%s, pauses with %d dirty keys, at %d events/s",
            kind.name(),
            settings.dirtyKeys,
            rate));
    MemorySize cache = new MemorySize((keys + 512L) * (kind.bytes() + 256));
    MemorySize rest = settings.memory.subtract(Way.FASTWEIGHTS.cache(settings.memory));
    StateRun run =
        new StateTask(
                Way.FASTWEIGHTS,
                kind,
                StateTask.Keys.UNIFORM,
                keys,
                rate,
                cache.add(rest).getBytes(),
                cache.getBytes(),
                true,
                settings.options.toMap(),
                settings.seconds)
            .inOwnProcess(out);
    report.pauses(settings.dirtyKeys, run.pauses());
  }

  /** Keys that have been seen once. */
  void million(StateReport report) throws Exception {
    progress.begin(
        String.format(Locale.ROOT, "%,d keys in a process of its own", settings.manyKeys));
    report.million(new MillionKeys.Task(settings.manyKeys).inOwnProcess(out));
  }

  /** Hit rates of cache policies. */
  void hits(StateReport report, Path incidents) throws IOException {
    progress.begin("hit rates");
    int events = HIT_EVENTS_PER_KEY * settings.keys;
    report.hits(
        HitRates.of("zipf", KeyTraces.zipf(settings.keys, events, StateTask.SEED), CACHED_KEYS));
    report.hits(HitRates.of("flights", KeyTraces.flights(), CACHED_KEYS));
    if (incidents != null) {
      report.hits(HitRates.of("incidents", KeyTraces.callers(incidents), CACHED_KEYS));
      report.hits(HitRates.of("cases", KeyTraces.cases(incidents), CACHED_KEYS));
    }
  }
}
