package io.fastweights.jobs.train;

import io.fastweights.kernels.train.Metrics;
import io.fastweights.kernels.train.TrainProgress;
import java.io.PrintWriter;
import java.util.Locale;

/** A line for every validation, and now and then one in between. */
final class ProgressLine implements TrainProgress.Listener {
  private static final long NANOS = 5_000_000_000L;

  private final PrintWriter out;
  private long next;

  ProgressLine(PrintWriter out) {
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
        : "validation %s%s  ".formatted(text(progress.validation()), progress.best() ? " *" : "");
  }

  /** "loss 0.4123, auc 0.771". */
  static String text(Metrics metrics) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "loss %.4f", metrics.loss()));
    metrics
        .values()
        .forEach(
            (name, value) -> text.append(String.format(Locale.ROOT, ", %s %.4f", name, value)));
    return text.toString();
  }
}
