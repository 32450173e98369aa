package io.fastweights.jobs;

import io.fastweights.jobs.pipeline.JobTarget;
import picocli.CommandLine;

/**
 * The program that a Flink cluster's client runs, as {@code flink run fastweights-job.jar}: it
 * takes the flags of {@code fastweights run}, and the client chooses the cluster. Options set by
 * neither flags nor the job file are those of the cluster and its client.
 */
public final class JobMain {
  private JobMain() {}

  public static void main(String[] args) throws Exception {
    RunCommand run = new RunCommand(JobTarget.surroundings(), JobTarget::surrounding);
    CommandLine line = new CommandLine(run);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.parseArgs(args);
    run.call();
  }
}
