package io.fastweights.jobs.bench.state;

import io.fastweights.jobs.bench.load.CheckpointProbe;
import io.fastweights.jobs.bench.load.MemoryKind;
import io.fastweights.jobs.bench.measure.Quantiles;
import io.fastweights.jobs.output.Figures;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;

/** The figures of {@code bench state}, as a table with what each should reach, and as JSON. */
final class StateReport {
  private static final double MILLIS = 100;
  private static final double MOST_RESIDENT = 2e9;
  private static final double MOST_DISK = 4e9;

  private final Figures figures = new Figures();
  private final List<String> rows = new ArrayList<>();
  private final List<String> hitRows = new ArrayList<>();

  /** Medians of pairs of runs; a ratio is taken of each pair first. */
  void throughput(MemoryKind kind, List<StatePair> pairs) {
    double ratio = StatePair.median(pairs, StatePair::ratio);
    double processor = StatePair.median(pairs, StatePair::processorRatio);
    double ours = StatePair.median(pairs, pair -> pair.ours().eventsPerSecond());
    double naive = StatePair.median(pairs, pair -> pair.naive().eventsPerSecond());
    DoubleSummaryStatistics ratios =
        pairs.stream().mapToDouble(StatePair::ratio).summaryStatistics();
    long same = pairs.stream().mapToLong(StatePair::same).sum();
    String name = "throughput." + kind.name();
    figures
        .put(name, ratio)
        .put(name + ".runs", pairs.size())
        .put(name + ".lowest", ratios.getMin())
        .put(name + ".highest", ratios.getMax())
        .put(name + ".eventsPerSecond", ours)
        .put(name + ".naive.eventsPerSecond", naive)
        .put(name + ".sameAnswers", same)
        .put(name + ".perProcessorSecond", processor);
    double bar = kind == MemoryKind.KIB_16 ? 10 : 20;
    row(
        "throughput, memories of " + kind.name(),
        text("%.1fx", ratio),
        text("at least %.0fx", bar),
        ratio >= bar,
        text(
            "%.1f to %.1fx, %d run(s); %,.0f events/s, naive %,.0f; %.1fx in processor time;"
                + " %,d answers the same",
            ratios.getMin(), ratios.getMax(), pairs.size(), ours, naive, processor, same));
  }

  void checkpoints(MemoryKind kind, long rate, StatePair pair) {
    double ours = pair.ours().medianCheckpointBytes();
    double naive = pair.naive().medianCheckpointBytes();
    double ratio = ours / naive;
    double means = pair.ours().meanCheckpointBytes() / pair.naive().meanCheckpointBytes();
    figures.put("checkpointBytes." + kind.name(), ratio);
    figures.put("checkpointBytes." + kind.name() + ".means", means);
    row(
        "checkpoint bytes, " + kind.name(),
        text("1/%.1f", 1 / ratio),
        "at most 1/20",
        ratio <= 1.0 / 20,
        text(
            "medians at %,d events/s: %,.0f KiB, naive %,.0f KiB; means 1/%.1f",
            rate, ours / 1024, naive / 1024, 1 / means));
  }

  /** Counts the checkpoints that found enough keys dirty. */
  void pauses(int dirtyKeys, List<CheckpointProbe.Pause> pauses) {
    double[] millis =
        pauses.stream()
            .filter(pause -> pause.keys() >= dirtyKeys)
            .mapToDouble(CheckpointProbe.Pause::millis)
            .toArray();
    double p99 = Quantiles.of(millis, 0.99);
    figures.put("sync.p99.ms", p99);
    figures.put("sync.p50.ms", Quantiles.of(millis, 0.5));
    figures.put("sync.checkpoints", millis.length);
    row(
        "pause of a checkpoint, p99",
        text("%.0f ms", p99),
        text("under %.0f ms", MILLIS),
        p99 < MILLIS,
        text(
            "%d checkpoints of %,d dirty keys or more; median %.0f ms",
            millis.length, dirtyKeys, Quantiles.of(millis, 0.5)));
  }

  void million(MillionKeys.Cost cost) {
    figures.put("million.keys", cost.keys());
    figures.put("million.load.seconds", cost.loadSeconds());
    figures.put("million.rss.bytes", cost.rssBytes());
    figures.put("million.disk.bytes", cost.diskBytes());
    figures.put("million.recovery.ms", cost.recoveryMillis());
    figures.put("million.sameAnswers", cost.compared());
    String keys = text("%,d keys of 16 KiB", cost.keys());
    row(
        keys + ", memory",
        text("%.2f GB", cost.rssBytes() / 1e9),
        "under 2 GB",
        cost.rssBytes() < MOST_RESIDENT,
        text("the process at its largest; loaded in %.0f s", cost.loadSeconds()));
    row(
        keys + ", disk",
        text("%.2f GB", cost.diskBytes() / 1e9),
        "under 4 GB",
        cost.diskBytes() < MOST_DISK,
        "RocksDB and checkpoints at their largest");
    rows.add(
        String.format(
            Locale.ROOT,
            "%-34s %9s  %-15s %-5s %s",
            keys + ", recovery",
            text("%.1f s", cost.recoveryMillis() / 1e3),
            "",
            "",
            text(
                "to the first answer, from %.2f GB of checkpoints; %d answers the same",
                cost.checkpointBytes() / 1e9, cost.compared())));
  }

  void hits(HitRates hits) {
    hits.rates().forEach((name, rate) -> figures.put("hits." + hits.trace() + "." + name, rate));
    StringBuilder row =
        new StringBuilder(
            String.format(
                Locale.ROOT, "%-12s %,8d %,8d", hits.trace(), hits.keys(), hits.capacity()));
    HitRates.POLICIES.forEach(
        name -> row.append(String.format(Locale.ROOT, " %8.4f", hits.rates().get(name))));
    hitRows.add(row.toString());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private void row(String what, String figure, String bar, boolean met, String beside) {
    rows.add(
        String.format(
            Locale.ROOT,
            "%-34s %9s  %-15s %-5s %s",
            what,
            figure,
            bar,
            met ? "met" : "short",
            beside));
  }

  Figures figures() {
    return figures;
  }

  String table() {
    StringBuilder text = new StringBuilder();
    if (!hitRows.isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%-12s %8s %8s %8s %8s %8s%n",
              "hit rates",
              "keys",
              "cached",
              "SIEVE",
              "LRU",
              "TinyLFU"));
      hitRows.forEach(row -> text.append(row).append(System.lineSeparator()));
    }
    if (!rows.isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT, "%n%-34s %9s  %-15s%n", "beside the naive way", "measured", "bar"));
      rows.forEach(row -> text.append(row).append(System.lineSeparator()));
    }
    return text.toString();
  }
}
