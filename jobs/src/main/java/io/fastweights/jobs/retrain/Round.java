package io.fastweights.jobs.retrain;

import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.kafka.TopicWindow;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.jobs.train.LearningOptions;
import io.fastweights.jobs.train.OptimiserOptions;
import io.fastweights.jobs.train.ProgressLine;
import io.fastweights.jobs.train.Schedule;
import io.fastweights.jobs.train.Validation;
import io.fastweights.kernels.model.SlowWeights;
import io.fastweights.kernels.train.TrainOptions;
import io.fastweights.kernels.train.Trainer;
import io.fastweights.kernels.train.sequence.EventSequence;
import io.fastweights.kernels.weights.WeightsFile;
import io.fastweights.operator.api.AllowedPaths;
import io.fastweights.operator.api.ModelUpdate;
import io.fastweights.operator.api.Sha256;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Trains on from the weights that serve, judges the result, and sends it if it is better. */
final class Round {
  /** Share of the events before the judged ones that tells when to stop. */
  private static final double STOP_SHARE = 0.1;

  private static final int PATIENCE = 3;

  private final JobConfig job;
  private final Duration window;
  private final double judge;
  private final double margin;
  private final OptimiserOptions optimiser;
  private final LearningOptions learning;
  private final WeightsFolder folder;
  private final PrintWriter out;
  private final ShadowTrial trial;
  private Positions end = Positions.NONE;

  /**
   * @param trial of candidates in the shadow; null to send them to serve at once
   */
  Round(
      JobConfig job,
      Duration window,
      double judge,
      double margin,
      OptimiserOptions optimiser,
      LearningOptions learning,
      WeightsFolder folder,
      ShadowTrial trial) {
    this.job = job;
    this.window = window;
    this.judge = judge;
    this.margin = margin;
    this.optimiser = optimiser;
    this.learning = learning;
    this.folder = folder;
    this.trial = trial;
    this.out = learning.out();
  }

  /** The position in the topic of events that the last round came to. */
  Positions end() {
    return end;
  }

  Figures run(Updates updates, Served served, TopicWindow topic) throws Exception {
    JobModel serving = serving(served);
    EventWindow events = EventWindow.read(topic, job.source().kafka(), serving.schema(), window);
    end = Positions.of(events.end());
    say(
        String.format(
            Locale.ROOT,
            "version %d serves; the window has %,d events of %,d keys",
            served.version(),
            events.events(),
            events.sequences().size()));
    if (events.malformed() > 0) {
      say(
          String.format(
              Locale.ROOT,
              "%,d malformed, the first: %s",
              events.malformed(),
              events.firstRefusal()));
    }
    Validation split = Validation.byTime(events.sequences(), judge);
    SlowWeights candidate = train(serving.weights(), split.train());
    Judgement judgement =
        Judgement.of(serving.weights(), candidate, split.held(), learning.threads());
    say(String.format(Locale.ROOT, "%s%n%s", judgement.gain().text(), judgement.table()));
    long version = decide(updates, served, candidate, judgement);
    return figures(events, judgement, version);
  }

  /** The model that serves: of the newest update that was taken, or the job's own. */
  private JobModel serving(Served served) throws IOException {
    ModelUpdate newest = served.newest();
    if (newest == null && job.weights() == null) {
      throw new IllegalArgumentException(
          "no weights serve yet, the memories are associative: train some first ('train'), and give"
              + " them to the job");
    }
    if (newest == null) {
      JobModel own = JobModel.read(job.schema(), job.weights(), job.options());
      JobModel.requireOneKey(
          own.schema(), "'retrain' takes", "'train' on its history, " + JobModel.RESTART);
      return own;
    }
    byte[] bytes = AllowedPaths.of(job.options()).read(newest.path());
    if (newest.sha256() != null && !isDigest(newest.sha256(), bytes)) {
      throw new IllegalArgumentException(
          newest.path() + " is not the file of version " + newest.version() + ": other SHA-256");
    }
    return JobModel.of(
        job.schema(), WeightsFile.load(bytes, newest.path()).weights(), newest.path());
  }

  private static boolean isDigest(String digits, byte[] bytes) {
    HexFormat hex = HexFormat.of();
    return Arrays.equals(hex.parseHex(digits), hex.parseHex(Sha256.hex(bytes)));
  }

  private SlowWeights train(SlowWeights serving, List<EventSequence> events) throws IOException {
    Validation stop = Validation.byTime(events, STOP_SHARE);
    Schedule schedule = optimiser.schedule(stop.train());
    TrainOptions.Builder options = schedule.apply(learning.apply(TrainOptions.builder()));
    Trainer trainer =
        new Trainer(
            serving.config(),
            serving.schema(),
            stop.train(),
            stop.held(),
            optimiser
                .apply(options, serving.schema().target(), stop.train())
                .patience(PATIENCE)
                .build());
    float[] start = trainer.layout().values(serving);
    return trainer.run(start, new ProgressLine(out)).weights();
  }

  /** Sends the candidate if it is better; returns the version that serves then, 0 for none. */
  private long decide(Updates updates, Served served, SlowWeights candidate, Judgement judgement)
      throws Exception {
    Gain gain = judgement.gain();
    if (!gain.isBetter(margin)) {
      say(
          String.format(
              Locale.ROOT, "kept version %d: the gain is %s", served.version(), gain.why(margin)));
      return 0;
    }
    ModelUpdate update = folder.write(candidate, served.highest() + 1);
    boolean done =
        trial == null
            ? updates.send(update, served, end, gain.text())
            : trial.begin(updates, update, served, end, gain.text());
    if (!done) {
      say("kept: an update came while this one was trained");
      return 0;
    }
    if (trial != null) {
      say(
          String.format(
              Locale.ROOT,
              "on trial in the shadow: version %d, %s",
              update.version(),
              update.path()));
      return 0;
    }
    say(String.format(Locale.ROOT, "sent: version %d, %s", update.version(), update.path()));
    return update.version();
  }

  private static Figures figures(EventWindow events, Judgement judgement, long version) {
    Figures figures =
        new Figures()
            .put("events", events.events())
            .put("malformed", events.malformed())
            .put("judged", judgement.serving().events())
            .put("serving.loss", judgement.serving().loss())
            .put("candidate.loss", judgement.candidate().loss())
            .put("gain", judgement.gain().mean());
    if (Double.isFinite(judgement.gain().error())) {
      figures.put("gain.error", judgement.gain().error());
    }
    judgement.serving().values().forEach((name, v) -> figures.put("serving." + name, v));
    judgement.candidate().values().forEach((name, v) -> figures.put("candidate." + name, v));
    return figures.put("sent_version", version);
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
