package io.fastweights.jobs;

import io.fastweights.jobs.cluster.SessionFolder;
import io.fastweights.jobs.pipeline.JobTarget;
import io.fastweights.jobs.pipeline.SavepointPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import picocli.CommandLine.Option;

/** Flags for the target of a job. */
final class TargetFlags {
  private static final Pattern ADDRESS = Pattern.compile("([^:/]+):(\\d{1,5})");
  private static final String LOCAL = "";

  @Option(
      names = "--cluster",
      arity = "0..1",
      fallbackValue = LOCAL,
      paramLabel = "HOST:PORT",
      description =
          "Run on a session cluster, by its REST address; without one, on the cluster that"
              + " 'fastweights cluster up' started. Without --cluster: in this process.")
  private String cluster;

  @Option(names = "--detached", description = "With --cluster: do not wait for the end of the job.")
  private boolean detached;

  @Option(
      names = "--from-savepoint",
      paramLabel = "PATH",
      description =
          "Go on where a savepoint or a kept checkpoint was taken: with its memories, and with its"
              + " places in source and sink.")
  private String savepoint;

  @Option(
      names = "--job-jar",
      paramLabel = "FILE",
      hidden = true,
      defaultValue = "${sys:fastweights.job.jar:-jobs/target/job/fastweights-job.jar}",
      description = "What is sent to the cluster.")
  private Path jar;

  @Option(
      names = "--cluster-folder",
      paramLabel = "FOLDER",
      hidden = true,
      defaultValue = SessionFolder.DEFAULT,
      description = "What 'fastweights cluster' was given as --folder.")
  private Path folder;

  /** True if the job restores all state of a savepoint. */
  boolean fromSavepoint() {
    return savepoint != null;
  }

  /** True if the job runs outside this process. */
  boolean onCluster() {
    return cluster != null;
  }

  JobTarget target(Configuration job) throws IOException {
    if (savepoint != null) {
      job.set(StateRecoveryOptions.SAVEPOINT_PATH, SavepointPath.of(savepoint));
    }
    if (cluster == null) {
      if (detached) {
        throw new IllegalArgumentException("--detached goes with --cluster only");
      }
      return JobTarget.embedded(job);
    }
    if (!Files.isRegularFile(jar)) {
      throw new IllegalArgumentException(jar + " is missing: mvn package makes it");
    }
    String address = cluster.equals(LOCAL) ? new SessionFolder(folder).address() : cluster;
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches()) {
      throw new IllegalArgumentException("--cluster is '" + address + "', must be HOST:PORT");
    }
    return JobTarget.session(
        job,
        parts.group(1),
        Integer.parseInt(parts.group(2)),
        jar.toAbsolutePath().normalize(),
        !detached);
  }
}
