package io.fastweights.jobs.retrain;

import io.fastweights.jobs.config.JobConfig;
import io.fastweights.jobs.config.JobConfigReader;
import io.fastweights.jobs.kafka.TopicWindow;
import io.fastweights.jobs.train.LearningOptions;
import io.fastweights.jobs.train.OptimiserOptions;
import io.fastweights.operator.api.ModelUpdate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fastweights retrain}: closes the loop between a job's topic and its weights. */
@Command(
    name = "retrain",
    description =
        "Train on from the weights that serve a job, on what its topic has brought, and send it"
            + " better ones.",
    footer = {
      "",
      "Takes the file of a job that reads a Kafka topic and has 'refresh'. The newest events judge:",
      "the new weights are sent only if they are better there than those that serve, by the margin",
      "and beyond chance. Killed at any moment it has sent an update whole or not at all, and does",
      "not send it again. One process at a time writes the topic of updates: a second one stops the",
      "first."
    })
public final class RetrainCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The file of the job, as 'run' takes it, with source.kafka and refresh.kafka.")
  private Path config;

  @Option(
      names = "--weights-folder",
      paramLabel = "PATH",
      description =
          "Takes the files of new weights, on any file system of Flink that the job may read.")
  private String folder;

  @Option(
      names = "--window",
      paramLabel = "DURATION",
      description =
          "Events to train and judge on, back from now, by the messages' timestamps, as 7d or 12h"
              + " (default: the whole topic).")
  private String window;

  @Option(
      names = "--judge",
      paramLabel = "SHARE",
      defaultValue = "0.2",
      description =
          "Share of the events, the newest, that both weights are judged on and neither is trained"
              + " on (default: ${DEFAULT-VALUE}).")
  private double judge;

  @Option(
      names = "--margin",
      paramLabel = "SHARE",
      defaultValue = "0.01",
      description =
          "Least decrease of the loss for which weights are sent, as a share of that of the weights"
              + " that serve (default: ${DEFAULT-VALUE}).")
  private double margin;

  @Option(
      names = "--least-events",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "New events since the last judgement below which there is no other (default:"
              + " ${DEFAULT-VALUE}).")
  private long leastEvents;

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      description = "Go on, and judge again after so long, as 6h (default: judge once).")
  private String every;

  @Option(
      names = "--shadow",
      description =
          "Send better weights to the job's shadow first. They serve when the job has found them"
              + " better on live events too, by the same margin, and are withdrawn from the shadow"
              + " otherwise.")
  private boolean shadow;

  @Option(
      names = "--shadow-events",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Live events that the job compares before that is decided (default: ${DEFAULT-VALUE}).")
  private long shadowEvents;

  @Option(
      names = "--rollback",
      paramLabel = "VERSION",
      description =
          "Train nothing: send the weights of this version again, 0 for the job's own, under a new"
              + " version.")
  private Long rollback;

  @Mixin private OptimiserOptions optimiser;

  @Mixin private LearningOptions learning;

  @Override
  public Integer call() throws Exception {
    check();
    learning.prepare();
    JobConfig job = JobConfigReader.read(config, Map.of());
    if (job.source().kafka() == null || job.refresh() == null) {
      throw new IllegalArgumentException(
          config + " must have source.kafka, whose events are trained on, and refresh.kafka");
    }
    try (Updates updates = new Updates(job.refresh().kafka())) {
      if (rollback != null) {
        return rollBack(job, updates);
      }
      WeightsFolder weights = WeightsFolder.of(folder);
      try (ShadowTrial trial =
              shadow ? new ShadowTrial(job, shadowEvents, margin, learning.out()) : null;
          TopicWindow events =
              TopicWindow.of(
                  job.source().kafka().brokers(),
                  job.source().kafka().properties(),
                  job.source().kafka().topic())) {
        return judge(job, updates, events, weights, trial);
      }
    }
  }

  private void check() {
    optimiser.check();
    if (optimiser.tunes()) {
      throw new IllegalArgumentException(
          "--tune is for 'train': choose a rate there, and give it as --learning-rate");
    }
    if (!(judge > 0 && judge < 1)) {
      throw new IllegalArgumentException("--judge is " + judge + ", must be above 0 and below 1");
    }
    if (!(margin >= 0 && margin < 1)) {
      throw new IllegalArgumentException("--margin is " + margin + ", must be in 0 ... 1, below 1");
    }
    if (shadowEvents < ShadowTrial.FEWEST_EVENTS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "--shadow-events is %d, must be at least %d",
              shadowEvents,
              ShadowTrial.FEWEST_EVENTS));
    }
    if (rollback == null && folder == null) {
      throw new IllegalArgumentException("--weights-folder is missing");
    }
    duration("--window", window);
    duration("--every", every);
  }

  /** Null where none is given. */
  private static Duration duration(String flag, String text) {
    if (text == null) {
      return null;
    }
    try {
      Duration duration = TimeUtils.parseDuration(text);
      if (!duration.isZero() && !duration.isNegative()) {
        return duration;
      }
    } catch (IllegalArgumentException e) {
      // Said below, with the flag.
    }
    throw new IllegalArgumentException(
        String.format(Locale.ROOT, "%s is '%s', must be a duration, as 12h or 7d", flag, text));
  }

  private int judge(
      JobConfig job, Updates updates, TopicWindow events, WeightsFolder weights, ShadowTrial trial)
      throws Exception {
    Duration pause = duration("--every", every);
    Round round =
        new Round(
            job, duration("--window", window), judge, margin, optimiser, learning, weights, trial);
    Positions judged = Positions.NONE;
    while (true) {
      judged = judged.latest(judge(round, updates, events, trial, judged));
      if (pause == null) {
        return 0;
      }
      // The time between two judgements, which the user chose.
      Thread.sleep(pause.toMillis());
    }
  }

  /** Judges once, and returns the position in the topic of events up to which it did. */
  private Positions judge(
      Round round, Updates updates, TopicWindow events, ShadowTrial trial, Positions judged)
      throws Exception {
    Served served = updates.served();
    if (trial != null && isOn(served.trial())) {
      learning.write(trial.judge(updates, served));
      return judged;
    }
    long fresh = judged.latest(served.judged()).until(events.end());
    if (fresh >= leastEvents) {
      learning.write(round.run(updates, served, events));
      return round.end();
    }
    say(
        String.format(
            Locale.ROOT, "%,d new events, %,d are needed for a judgement", fresh, leastEvents));
    return judged;
  }

  private boolean isOn(Served.Trial trial) {
    if (trial != null && trial.refused()) {
      say(
          String.format(
              Locale.ROOT,
              "the job refused version %d, which was for its shadow; its topic of refusals tells"
                  + " why",
              trial.candidate().version()));
    }
    return trial != null && !trial.refused();
  }

  private int rollBack(JobConfig job, Updates updates) throws Exception {
    Served served = updates.served();
    ModelUpdate again = served.again(rollback, job.weights());
    if (again == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "no version %d was taken; the topic has %s, and 0 are the job's own weights",
              rollback,
              served.updates().keySet()));
    }
    if (!updates.send(
        again, served, Positions.NONE, "the weights of version " + rollback + " again")) {
      throw new IllegalStateException("an update came in between: look at it, and try again");
    }
    say(
        String.format(
            Locale.ROOT,
            "sent: version %d, the weights of version %d: %s",
            again.version(),
            rollback,
            again.path()));
    return 0;
  }

  private void say(String line) {
    PrintWriter out = learning.out();
    out.println(line);
    out.flush();
  }
}
