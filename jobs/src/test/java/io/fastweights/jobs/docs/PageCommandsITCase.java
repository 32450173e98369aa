package io.fastweights.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the commands of the pages on small files of the names there, in the order of the page. */
class PageCommandsITCase {
  private static final String SELF = PageCommandsITCase.class.getSimpleName();

  /** Pages of a newcomer's first hour; the others take longer. */
  private static final Set<String> FIRST = Set.of("README.md", "events.md", "measures.md");

  private static final Set<String> OPTIONS_OF_PATHS =
      Set.of(
          "--events",
          "--schema",
          "--out",
          "--output",
          "--weights",
          "--report",
          "--memories",
          "--catalogue",
          "--savepoint");

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("first")
  void theCommandsOfTheFirstPagesRun(Path page) throws Exception {
    String told = run(page);
    if (name(page).equals("measures.md")) {
      assertThat(layout(told))
          .as("heading and rows of the table")
          .hasSizeGreaterThan(4)
          .isEqualTo(layout(Files.readString(page)));
    }
  }

  /** Heading and names of the rows of the first table of measures in a text. */
  private static List<String> layout(String text) {
    List<String> layout = new ArrayList<>();
    boolean inside = false;
    for (String line : text.lines().map(String::strip).toList()) {
      if (line.contains("each predicted before it was learned")) {
        inside = layout.isEmpty();
      } else if (inside && line.matches("[^:]*(log loss  |\\d).*")) {
        layout.add(
            line.contains("log loss") ? line.replaceAll("\\s{2,}", "|") : line.split("  ")[0]);
      } else {
        inside = false;
      }
    }
    return layout;
  }

  @Tag("long")
  @ParameterizedTest
  @MethodSource("others")
  void theCommandsOfTheOtherPagesRun(Path page) throws Exception {
    run(page);
  }

  private static List<Path> first() throws IOException {
    return pages().filter(page -> FIRST.contains(name(page))).toList();
  }

  private static List<Path> others() throws IOException {
    return pages().filter(page -> !FIRST.contains(name(page))).toList();
  }

  private static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (Path page : PageCommand.pages()) {
      if (!ours(page).isEmpty()) {
        pages.add(page);
      }
    }
    return pages.stream();
  }

  private static List<PageCommand> ours(Path page) throws IOException {
    return PageCommand.of(page).stream().filter(c -> c.tests().contains(SELF)).toList();
  }

  private static String name(Path page) {
    return page.getFileName().toString();
  }

  /** What the commands print. */
  private String run(Path page) throws Exception {
    StringBuilder all = new StringBuilder();
    new PageFiles(folder).write(name(page));
    for (PageCommand command : ours(page)) {
      List<String> words = command.words();
      assertThat(words.get(0)).as("%s", command).isEqualTo("./fastweights");
      StringWriter told = new StringWriter();
      PrintWriter writer = new PrintWriter(told);
      int code =
          Main.commandLine()
              .setOut(writer)
              .setErr(writer)
              .execute(here(words).toArray(String[]::new));
      assertThat(code).as("%s%n%s", command, told).isZero();
      all.append(told);
    }
    return all.toString();
  }

  /** The arguments with this test's folder. Each run has a folder of its own for its output. */
  private List<String> here(List<String> words) throws IOException {
    List<String> arguments = new ArrayList<>();
    String option = "";
    for (String word : words.subList(1, words.size())) {
      option = word.startsWith("--") ? word : option;
      boolean isPath = OPTIONS_OF_PATHS.contains(option) && !word.equals(option);
      if (isPath && option.equals("--output")) {
        FileUtils.deleteDirectory(folder.resolve(word).toFile());
      }
      arguments.add(isPath ? folder.resolve(word).toString() : word);
    }
    // What these write beside them by default.
    if (words.contains("init") && !words.contains("--out")) {
      arguments.add("--out=" + folder.resolve("schema.json"));
    }
    if (words.contains("inspect") && words.contains("--key")) {
      arguments.add("--html=" + folder.resolve("memory.html"));
    }
    return arguments;
  }
}
