package io.fastweights.jobs.train;

import io.fastweights.kernels.train.Metrics;
import io.fastweights.kernels.train.TrainProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/** A line for every validation, and now and then one in between. */
public final class ProgressLine implements TrainProgress.Listener {
  private static final long NANOS = 5_000_000_000L;

  private final PrintWriter out;
  private long next;

  public ProgressLine(PrintWriter out) {
    this.out = out;
    this.next = System.nanoTime() + NANOS;
  }

  @Override
  public void on(TrainProgress progress) {
    if (progress.validation() == null && System.nanoTime() < next) {
      return;
    }
    next = System.nanoTime() + NANOS;
    out.printf(
        Locale.ROOT,
        "step %,d of %,d  loss %.4f  %s%,.0f events/s  %d s left%n",
        progress.step(),
        progress.steps(),
        progress.loss(),
        validation(progress),
        progress.eventsPerSecond(),
        progress.left().toSeconds());
    out.flush();
  }

  private static String validation(TrainProgress progress) {
    return progress.validation() == null
        ? ""
        : String.format(
            Locale.ROOT,
            "validation %s%s  ",
            text(progress.validation()),
            progress.best() ? " *" : "");
  }

  /** "accuracy 0.8123, log_loss 0.4123, auc 0.7710". */
  public static String text(Metrics metrics) {
    return metrics.named().entrySet().stream()
        .map(metric -> String.format(Locale.ROOT, "%s %.4f", metric.getKey(), metric.getValue()))
        .collect(Collectors.joining(", "));
  }
}
