package io.fastweights.jobs;

import io.fastweights.kernels.engine.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.util.ExceptionUtils;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** An error as one line that says what to change; the stack trace only if asked for. */
final class Errors {
  private Errors() {}

  static int usage(ParameterException wrong, boolean verbose) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    String nearest =
        wrong instanceof UnmatchedArgumentException unmatched
            ? String.join(" or ", unmatched.getSuggestions())
            : "";
    err.println(
        String.format(
            Locale.ROOT,
            "fastweights: %s%s (see %s --help)",
            oneLine(wrong.getMessage()) + unknownToo(wrong),
            nearest.isEmpty() ? "" : "; did you mean " + nearest + "?",
            command.getCommandSpec().qualifiedName()));
    trace(wrong, err, verbose);
    return CommandLine.ExitCode.USAGE;
  }

  /** A missing option may be present but misspelt. */
  private static String unknownToo(ParameterException wrong) {
    List<String> unknown = wrong.getCommandLine().getUnmatchedArguments();
    return wrong instanceof MissingParameterException && !unknown.isEmpty()
        ? "; unknown: '" + String.join("', '", unknown) + "'"
        : "";
  }

  static int failure(Exception failure, CommandLine command, boolean verbose) {
    command.getErr().println("fastweights: " + oneLine(message(failure)));
    trace(failure, command.getErr(), verbose);
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Message of the root cause. */
  private static String message(Throwable failure) {
    Throwable stripped = ExceptionUtils.stripExecutionException(failure);
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = stripped; t != null && !causes.contains(t); t = t.getCause()) {
      if (t instanceof EngineException) {
        // Its cause is the linker's or the driver's own message.
        return t.getMessage();
      }
      causes.add(t);
    }
    Throwable root = deepest(causes);
    if (root instanceof FileSystemException file) {
      return fileMessage(file);
    }
    String message = root.getMessage();
    boolean speaks =
        root instanceof IllegalArgumentException
            || root instanceof IllegalStateException
            || root instanceof IOException;
    return withPlace(message != null && speaks ? message : root.toString());
  }

  /** The full disk is often not that of the command's own files. */
  private static String withPlace(String message) {
    return message.contains("No space left on device")
        ? message
            + "; temporary files are in "
            + System.getProperty("java.io.tmpdir")
            + ", set another folder with -Djava.io.tmpdir=FOLDER in FASTWEIGHTS_JVM_OPTS"
        : message;
  }

  /**
   * The root, or a cause with the same message and its place: a file's name before a parser's
   * message.
   */
  private static Throwable deepest(List<Throwable> causes) {
    int i = causes.size() - 1;
    while (i > 0 && saysMore(causes.get(i - 1), causes.get(i).getMessage())) {
      i--;
    }
    return causes.get(i);
  }

  private static boolean saysMore(Throwable outer, String inner) {
    return outer instanceof IllegalArgumentException
        && inner != null
        && outer.getMessage() != null
        && !outer.getMessage().startsWith(outer.getCause().getClass().getName())
        && outer.getMessage().contains(inner);
  }

  private static String fileMessage(FileSystemException failure) {
    if (failure instanceof NoSuchFileException) {
      return "no such file or folder: " + failure.getFile();
    }
    if (failure instanceof AccessDeniedException) {
      return "no access to " + failure.getFile();
    }
    if (failure instanceof FileAlreadyExistsException) {
      return failure.getFile() + " exists already";
    }
    return withPlace(failure.getMessage());
  }

  private static String oneLine(String message) {
    return message == null ? "unknown error" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }

  private static void trace(Throwable failure, PrintWriter err, boolean verbose) {
    if (verbose) {
      failure.printStackTrace(err);
    }
  }
}
