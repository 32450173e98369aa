package io.fastweights.jobs.retrain;

import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.KafkaRefreshConfig;
import io.fastweights.jobs.kafka.ComparedMessage;
import io.fastweights.jobs.kafka.TopicWindow;
import io.fastweights.jobs.output.Figures;
import io.fastweights.operator.api.ModelUpdate;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Candidates in the shadow of the running job: the job compares them with the weights that serve,
 * event by event, and one that is better there is sent to serve. All that is known of a trial
 * stands in the topics, so that a process that was killed leaves it to the next one.
 */
final class ShadowTrial implements AutoCloseable {
  /** Fewer events have no interval. */
  static final int FEWEST_EVENTS = 100;

  private final JobConfig job;
  private final long leastEvents;
  private final double margin;
  private final PrintWriter out;
  private final TopicWindow compared;

  /**
   * @param leastEvents compared events for a decision
   * @param margin least gain, as a share of the loss of the weights that serve
   * @throws IllegalArgumentException if the job has no shadow, or the brokers no topic of it
   */
  ShadowTrial(JobConfig job, long leastEvents, double margin, PrintWriter out) throws Exception {
    this.job = job;
    this.leastEvents = leastEvents;
    this.margin = margin;
    this.out = out;
    KafkaRefreshConfig refresh = job.refresh().kafka();
    if (refresh.comparedTopic() == null) {
      throw new IllegalArgumentException(
          "--shadow is for a job with a shadow, which refresh.kafka.compared-topic gives it");
    }
    compared = TopicWindow.of(refresh.brokers(), refresh.properties(), refresh.comparedTopic());
  }

  /** Sends a candidate to the shadow; returns false if an update came in between. */
  boolean begin(
      Updates updates, ModelUpdate candidate, Served served, Positions judged, String reason)
      throws InterruptedException {
    return updates.tryOut(candidate, served, judged, Positions.of(compared.end()), reason);
  }

  /** Ends the trial if enough events were compared. */
  Figures judge(Updates updates, Served served) throws InterruptedException {
    ModelUpdate candidate = served.trial().candidate();
    Gain gain = Gain.of(pairs(served));
    Figures figures = figures(candidate, gain);
    if (gain.events() < leastEvents) {
      say(
          String.format(
              Locale.ROOT,
              "on trial: version %d in the shadow, %,d of %,d events compared",
              candidate.version(),
              gain.events(),
              leastEvents));
      return figures.put("sent_version", 0);
    }
    say(
        String.format(
            Locale.ROOT, "version %d in the shadow: %s", candidate.version(), gain.text()));
    if (gain.isBetter(margin)) {
      return figures.put("sent_version", promote(updates, served, gain));
    }
    withdraw(updates, served, gain);
    return figures.put("sent_version", 0);
  }

  private List<Gain.Pair> pairs(Served served) {
    long version = served.trial().candidate().version();
    List<Gain.Pair> pairs = new ArrayList<>();
    compared.read(
        served.trial().from().in(job.refresh().kafka().comparedTopic()),
        compared.end(),
        message -> {
          ComparedMessage row = ComparedMessage.read(message);
          if (row != null
              && row.shadowVersion() == version
              && row.liveVersion() == served.version()) {
            pairs.add(new Gain.Pair(row.time(), row.liveLoss(), row.shadowLoss()));
          }
        });
    return pairs;
  }

  private long promote(Updates updates, Served served, Gain gain) throws InterruptedException {
    ModelUpdate candidate = served.trial().candidate();
    ModelUpdate update =
        ModelUpdate.of(candidate.path(), served.next()).withSha256(candidate.sha256());
    if (!updates.send(update, served, served.judged(), "in the shadow: " + gain.text())) {
      say("kept: an update came while this one was judged");
      return 0;
    }
    say(String.format(Locale.ROOT, "sent: version %d, %s", update.version(), update.path()));
    return update.version();
  }

  private void withdraw(Updates updates, Served served, Gain gain) throws InterruptedException {
    ModelUpdate again = served.again(served.version(), job.weights());
    if (updates.withdraw(again, served, gain.text())) {
      say(
          String.format(
              Locale.ROOT,
              "withdrawn: version %d, its gain in the shadow is %s; version %d goes on serving",
              served.trial().candidate().version(),
              gain.why(margin),
              served.version()));
    } else {
      say("kept: an update came while this one was judged");
    }
  }

  private static Figures figures(ModelUpdate candidate, Gain gain) {
    Figures figures =
        new Figures()
            .put("trial_version", candidate.version())
            .put("compared", gain.events())
            .put("serving.loss", gain.serving())
            .put("candidate.loss", gain.candidate())
            .put("gain", gain.mean());
    return Double.isFinite(gain.error()) ? figures.put("gain.error", gain.error()) : figures;
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void close() {
    compared.close();
  }
}
