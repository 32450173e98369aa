package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.operator.DocumentedJava.Program;
import io.fastweights.operator.testkit.TestJobs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The Java that the documentation shows compiles, and its programs print what it says. */
class DocumentedJavaITCase {
  @RegisterExtension static final MiniClusterExtension CLUSTER = TestJobs.cluster();

  @TempDir Path folder;

  @Test
  void everyBlockCompiles() throws Exception {
    int blocks = 0;
    for (Path page : DocumentedJava.pages()) {
      DocumentedJava java = DocumentedJava.of(page);
      Path classes = Files.createTempDirectory(folder, "classes");
      assertThat(java.compile(classes)).as(page.toString()).isEmpty();
      blocks += java.blocks();
    }
    assertThat(blocks).isGreaterThan(7);
  }

  @Test
  void everyProgramPrintsWhatItsPageSays(@InjectMiniCluster MiniCluster cluster) throws Exception {
    int programs = 0;
    for (Path page : DocumentedJava.pages()) {
      DocumentedJava java = DocumentedJava.of(page);
      if (java.programs().isEmpty()) {
        continue;
      }
      Path classes = Files.createTempDirectory(folder, "classes");
      assertThat(java.compile(classes)).isEmpty();
      for (Program program : java.programs()) {
        assertThat(run(program.name(), classes, cluster))
            .as("%s of %s", program.name(), page)
            .matches(printed(program.prints()));
        programs++;
      }
    }
    assertThat(programs).isGreaterThan(1);
  }

  /** Lines as they are; {@code ...} for any others. */
  private static Pattern printed(String prints) {
    String lines =
        Arrays.stream(prints.split("\n"))
            .map(line -> line.equals("...") ? "(?:.*\n)*?" : Pattern.quote(line) + "\n")
            .collect(Collectors.joining());
    return Pattern.compile(lines);
  }

  private static String run(String name, Path classes, MiniCluster cluster) throws Exception {
    URL url = classes.toUri().toURL();
    TestStreamEnvironment.setAsContext(cluster, 1, List.of(), List.of(url));
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    PrintStream out = System.out;
    Locale locale = Locale.getDefault();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader loader = new URLClassLoader(new URL[] {url}, before);
        PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      Thread.currentThread().setContextClassLoader(loader);
      System.setOut(captured);
      Locale.setDefault(Locale.ENGLISH);
      loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
    } finally {
      Locale.setDefault(locale);
      System.setOut(out);
      Thread.currentThread().setContextClassLoader(before);
      TestStreamEnvironment.unsetAsContext();
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
