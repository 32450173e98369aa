package io.fastweights.jobs.experiment;

import io.fastweights.jobs.experiment.anomalies.AnomaliesExperiment;
import io.fastweights.jobs.experiment.cases.CasesExperiment;
import io.fastweights.jobs.experiment.flights.FlightsExperimentCommand;
import io.fastweights.jobs.experiment.gates.GatesExperiment;
import io.fastweights.jobs.experiment.retrieval.CapacityExperiment;
import io.fastweights.jobs.experiment.streams.ElectricityExperiment;
import io.fastweights.jobs.experiment.streams.FilmsExperiment;
import io.fastweights.jobs.experiment.streams.RatingsExperiment;
import io.fastweights.jobs.experiment.streams.StudentsExperiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code fastweights experiment}: published figures beside ours. */
@Command(
    name = "experiment",
    description = "Repeat a published experiment, and show our figures beside theirs.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CapacityExperiment.class,
      CasesExperiment.Helpdesk.class,
      CasesExperiment.Incidents.class,
      FilmsExperiment.class,
      FlightsExperimentCommand.class,
      ElectricityExperiment.class,
      GatesExperiment.class,
      RatingsExperiment.class,
      StudentsExperiment.class,
      AnomaliesExperiment.class
    })
public final class ExperimentCommand implements Runnable {
  @Spec private CommandSpec command;

  @Override
  public void run() {
    throw new ParameterException(
        command.commandLine(),
        "which experiment? There are: capacity, helpdesk, incidents, films, flights, electricity, gates,"
            + " ratings, students, anomalies");
  }
}
