package io.fastweights.jobs.chaos;

import io.fastweights.jobs.bench.measure.ResidentMemory;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.process.LocalProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Steady work for a long time, and how far the resident memory of the processes drifts in it: from
 * its mean in the second tenth of the time, when they have warmed up, to that in the last.
 */
final class Soak {
  /** Figure of the largest drift of any process, up or down. */
  static final String DRIFT = "rss.driftPercent";

  private static final int TENTHS = 10;
  private static final int SAMPLES_A_TENTH = 60;
  private static final double MEBIBYTE = 1 << 20;

  private final Map<String, List<Long>> samples = new LinkedHashMap<>();

  Figures on(ChaosRun run, Duration time, PrintWriter out) throws Exception {
    long start = System.nanoTime();
    int count = TENTHS * SAMPLES_A_TENTH;
    for (int i = 1; i <= count; i++) {
      long due = start + time.toNanos() * i / count;
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      sample(run.processes());
      if (i % SAMPLES_A_TENTH == 0) {
        run.awaitCheckpoint();
        out.printf(Locale.ROOT, "%d of %d tenths%n", i / SAMPLES_A_TENTH, TENTHS);
        out.flush();
      }
    }
    return drifts().put("seconds", time.toSeconds());
  }

  void sample(List<LocalProcess> processes) throws IOException {
    for (LocalProcess process : processes) {
      sample(process.name(), ResidentMemory.of(process.pid()));
    }
  }

  void sample(String process, long bytes) {
    samples.computeIfAbsent(process, name -> new ArrayList<>()).add(bytes);
  }

  Figures drifts() {
    Figures figures = new Figures();
    double largest = 0;
    for (Map.Entry<String, List<Long>> process : samples.entrySet()) {
      double second = tenth(process.getValue(), 2);
      double last = tenth(process.getValue(), TENTHS);
      figures.put(
          String.format(Locale.ROOT, "rss.%s.second.MiB", process.getKey()), second / MEBIBYTE);
      figures.put(String.format(Locale.ROOT, "rss.%s.last.MiB", process.getKey()), last / MEBIBYTE);
      largest = Math.max(largest, Math.abs(last - second) / second);
    }
    return figures.put(DRIFT, 100 * largest);
  }

  private static double tenth(List<Long> samples, int number) {
    int size = samples.size();
    return samples.subList((number - 1) * size / TENTHS, number * size / TENTHS).stream()
        .mapToLong(bytes -> bytes)
        .average()
        .orElseThrow();
  }
}
