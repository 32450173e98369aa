package io.fastweights.jobs;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Runs commands as a user does, and looks at what they print and write. */
abstract class CommandTest {
  static final String SCHEMA =
      """
      {"key": "user", "time": "time",
       "fields": [
         {"name": "page", "encoder": "hashed", "buckets": 64},
         {"name": "price", "encoder": "numeric", "mean": 10, "deviation": 5}],
       "target": {"name": "outcome", "encoder": "class", "classes": ["buy", "leave"]}}
      """;

  @TempDir Path folder;

  /** Result of a command. */
  record Result(int exitCode, String out, String err) {}

  static Result execute(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = line.execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  Path schema() throws IOException {
    return file("schema.json", SCHEMA);
  }

  /**
   * All lines of the files in a folder, in the order of the files' names. A checkpoint in between
   * begins another file, with a header of its own: only the first header counts.
   */
  static List<String> lines(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> lines = files.sorted().flatMap(CommandTest::linesOf).toList();
      String header = lines.isEmpty() ? null : lines.get(0);
      return IntStream.range(0, lines.size())
          .filter(i -> i == 0 || !lines.get(i).equals(header))
          .mapToObj(lines::get)
          .toList();
    }
  }

  private static Stream<String> linesOf(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
