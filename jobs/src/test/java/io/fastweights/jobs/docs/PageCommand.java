package io.fastweights.jobs.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A shell command of a page, and what the page's source says of it. A comment stands directly
 * before the block of the command and is not shown to readers. Each of its lines is about the
 * commands that begin as it does, or about all:
 *
 * <pre>
 * &lt;!-- run by RunCommandITCase --&gt;
 * &lt;!-- docker: not run: needs a Docker daemon
 *      kubectl: not run: needs a Kubernetes cluster --&gt;
 * </pre>
 *
 * @param page its path
 * @param line its number, from 1 on
 * @param text without prompt, remarks and line breaks
 * @param tests that run it; none where it is not run
 * @param reason why it is not run; null where it is
 */
record PageCommand(Path page, int line, String text, List<String> tests, String reason) {
  static final Path ROOT = Path.of("..");

  /** First words of commands, apart from paths. */
  private static final Set<String> PROGRAMS =
      Set.of(
          "mvn",
          "flink",
          "docker",
          "kubectl",
          "helm",
          "promtool",
          "tar",
          "java",
          "javac",
          "jar",
          "git",
          "pip",
          "python",
          "python3",
          "curl",
          "wget",
          "source",
          "export",
          "cd",
          "npm",
          "sql",
          "sql-client.sh",
          "kafka-topics.sh",
          "nvidia-smi",
          "cat",
          "head",
          "bash",
          "sudo",
          "apt");

  private static final Set<String> SHELLS = Set.of("bash", "sh", "console", "shell");
  private static final Pattern FENCE = Pattern.compile("^ *```(\\w*).*");
  private static final Pattern VERDICT =
      Pattern.compile("(?:(.+?): )?(?:run by ([\\w., /-]+)|not run: (.+))");

  /** The README and every page beside it. */
  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
    }
    return pages;
  }

  /** The commands of a page, in its order; without a verdict both tests and reason are missing. */
  static List<PageCommand> of(Path page) throws IOException {
    List<PageCommand> commands = new ArrayList<>();
    List<String> lines = Files.readAllLines(page);
    List<String> comment = List.of();
    String fence = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      Matcher fenced = FENCE.matcher(line);
      if (fenced.matches()) {
        fence = fence == null ? fenced.group(1) : null;
      } else if (fence == null && line.startsWith("<!--")) {
        int end = i;
        while (!lines.get(end).contains("-->")) {
          end++;
        }
        comment = verdicts(String.join("\n", lines.subList(i, end + 1)));
        i = end;
      } else if (fence == null && !line.startsWith("    ") && !line.isBlank()) {
        comment = List.of();
      } else if (fence == null ? line.startsWith("    ") : SHELLS.contains(fence)) {
        int first = i;
        StringBuilder text = new StringBuilder(line);
        while (text.toString().endsWith("\\")) {
          text.setLength(text.length() - 1);
          text.append(lines.get(++i).strip());
        }
        for (String command : commands(text.toString())) {
          commands.add(judged(page, first + 1, command, comment));
        }
      }
    }
    return commands;
  }

  private static List<String> verdicts(String comment) {
    return Arrays.stream(comment.replaceAll("^<!--|-->.*", "").split("\n"))
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** None for a line that is no command, such as what a command prints. */
  private static List<String> commands(String line) {
    String text = line.strip().replaceFirst("^\\$ ", "").replaceFirst("\\s{2,}#.*", "");
    String program = text.split("\\s+")[0];
    boolean isCommand =
        PROGRAMS.contains(program)
            || program.matches("\\.{0,2}(/?[\\w.-]+)+/[\\w.-]+") && text.contains(" ")
            || program.startsWith("./")
            || program.startsWith(".ci/");
    return isCommand ? List.of(text.split(" && ")) : List.of();
  }

  private static PageCommand judged(Path page, int line, String text, List<String> comment) {
    for (String sentence : comment) {
      Matcher verdict = VERDICT.matcher(sentence);
      if (verdict.matches() && (verdict.group(1) == null || text.startsWith(verdict.group(1)))) {
        List<String> tests =
            verdict.group(2) == null ? List.of() : List.of(verdict.group(2).split(", "));
        return new PageCommand(page, line, text, tests, verdict.group(3));
      }
    }
    return new PageCommand(page, line, text, List.of(), null);
  }

  /** The words, as a shell would part them; quotes may hold blanks. */
  List<String> words() {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("'([^']*)'|\\S+").matcher(text);
    while (word.find()) {
      words.add(word.group(1) == null ? word.group() : word.group(1));
    }
    return words;
  }

  @Override
  public String toString() {
    return page + ", line " + line + ": " + text;
  }
}
