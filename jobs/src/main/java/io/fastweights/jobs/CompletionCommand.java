package io.fastweights.jobs;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fastweights completion}: what a shell completes commands and options by. */
@Command(
    name = "completion",
    description =
        "Print the script for completion by the tab key, in bash and zsh: source <(fastweights"
            + " completion).")
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec command;

  @Override
  public void run() {
    String script = AutoComplete.bash("fastweights", command.root().commandLine());
    command.commandLine().getOut().print(script);
    command.commandLine().getOut().flush();
  }
}
