package io.fastweights.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command of the documentation is run by a test, or its page says why it is not. */
class PageCommandsTest {
  @TempDir Path folder;

  @Test
  void everyCommandNamesTheTestsThatRunItOrAReason() throws IOException {
    int commands = 0;
    for (Path page : PageCommand.pages()) {
      for (PageCommand command : PageCommand.of(page)) {
        assertThat(command.tests().isEmpty())
            .as("%s: a comment before it names a test or a reason", command)
            .isEqualTo(command.reason() != null);
        commands++;
      }
    }
    assertThat(commands).isGreaterThan(70);
  }

  /** By the words of the command, which a test that runs it has. */
  @Test
  void theTestsThatAreNamedRunSuchCommands() throws IOException {
    Map<String, String> sources = sources();
    for (Path page : PageCommand.pages()) {
      for (PageCommand command : PageCommand.of(page)) {
        for (String test : command.tests()) {
          Path script = PageCommand.ROOT.resolve(test);
          String source =
              sources.containsKey(test)
                  ? sources.get(test)
                  : Files.isRegularFile(script) ? Files.readString(script) : null;
          assertThat(source).as("%s: the source of %s", command, test).isNotNull();
          String subcommand = command.words().get(1);
          boolean readsPages = source.contains("PageCommand.of(");
          assertThat(readsPages || source.contains(subcommand) || source.contains(name(page)))
              .as("%s: %s runs '%s'", command, test, subcommand)
              .isTrue();
        }
      }
    }
  }

  private static String name(Path page) {
    return page.getFileName().toString();
  }

  /** Sources of all tests, by the names of their classes. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("kernels", "state", "operator", "jobs")) {
      try (Stream<Path> files = Files.walk(PageCommand.ROOT.resolve(module + "/src/test/java"))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.put(name, Files.readString(file));
        }
      }
    }
    return sources;
  }

  @Test
  void aCommentIsAboutTheBlockBehindIt() throws IOException {
    Path page = folder.resolve("page.md");
    Files.writeString(
        page,
        """
        # Page
        <!-- run by ATest, BTest -->
            ./fastweights demo   # a remark
            a table              1

        Words.

            $ mvn verify
        <!-- docker: not run: needs a daemon: Docker
             kubectl: run by CTest -->
        ```bash
        kubectl apply \\
          -k base && docker build .
        ```
        """);
    assertThat(PageCommand.of(page))
        .containsExactly(
            new PageCommand(page, 3, "./fastweights demo", List.of("ATest", "BTest"), null),
            new PageCommand(page, 8, "mvn verify", List.of(), null),
            new PageCommand(page, 12, "kubectl apply -k base", List.of("CTest"), null),
            new PageCommand(page, 12, "docker build .", List.of(), "needs a daemon: Docker"));
  }
}
