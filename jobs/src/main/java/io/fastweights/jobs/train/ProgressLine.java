package io.fastweights.jobs.train;

import io.fastweights.jobs.progress.StatusLine;
import io.fastweights.kernels.train.TrainProgress;
import io.fastweights.kernels.train.measures.Metrics;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/** A line that stays for every validation, and one that says how far training is in between. */
public final class ProgressLine implements TrainProgress.Listener {
  private final StatusLine line;

  public ProgressLine(PrintWriter out) {
    this.line = new StatusLine(out);
  }

  @Override
  public void on(TrainProgress progress) {
    if (progress.validation() != null) {
      line.print(text(progress));
    } else {
      line.update(() -> text(progress));
    }
  }

  private static String text(TrainProgress progress) {
    return String.format(
        Locale.ROOT,
        "step %,d of %,d  loss %.4f  %s%,.0f events/s  %s",
        progress.step(),
        progress.steps(),
        progress.loss(),
        validation(progress),
        progress.eventsPerSecond(),
        StatusLine.left(progress.step() / (double) progress.steps(), progress.left()));
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
