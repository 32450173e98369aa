package io.fastweights.jobs.config;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks of the values of flags. */
public final class Flags {
  private Flags() {}

  /**
   * @throws ParameterException if a flag's value is out of its range
   */
  public static void require(CommandSpec command, boolean holds, String message) {
    if (!holds) {
      throw new ParameterException(command.commandLine(), message);
    }
  }
}
