package io.fastweights.jobs.experiment.streams;

import io.fastweights.jobs.process.TimedCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Jars of MOA, which is under the GPL: no module depends on it and no release holds it. The user's
 * Maven fetches it into its local repository, or the user names a folder.
 *
 * @param version of MOA, as its jar is named
 * @param classPath of a JVM
 */
record MoaJars(String version, String classPath) {
  private static final String VERSION = "2024.07.0";
  private static final String JAR = "moa-\\d.*\\.jar";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** A version is named, so that Maven need not ask a repository for the newest. */
  private static final String GOAL =
      "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath";

  private static final String PROJECT =
      """
      <project>
        <modelVersion>4.0.0</modelVersion>
        <groupId>peer</groupId><artifactId>peer</artifactId><version>1</version>
        <packaging>pom</packaging>
        <dependencies>
          <dependency>
            <groupId>nz.ac.waikato.cms.moa</groupId>
            <artifactId>moa</artifactId>
            <version>%s</version>
          </dependency>
        </dependencies>
      </project>
      """;

  /**
   * The jars of a folder.
   *
   * @throws IOException if it is no folder or has no jar of MOA
   */
  static MoaJars of(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("--peer-jars is " + folder + ", must be a folder");
    }
    try (Stream<Path> files = Files.list(folder)) {
      Optional<String> jar =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.matches(JAR))
              .findFirst();
      if (jar.isEmpty()) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "--peer-jars is %s, must hold moa-%s.jar and the jars that it needs",
                folder,
                VERSION));
      }
      return new MoaJars(version(jar.get()), folder.toAbsolutePath().resolve("*").toString());
    }
  }

  /**
   * Resolves them with Maven, which fetches what its local repository lacks.
   *
   * @param maven the program
   * @param work takes files
   * @throws IOException if there is no Maven or it fails; the message says what else can be done
   */
  static MoaJars fetch(String maven, Path work) throws IOException {
    Path project = work.resolve("pom.xml");
    Files.writeString(project, PROJECT.replace("%s", VERSION));
    Path classPath = work.resolve("classpath");
    List<String> command =
        List.of(
            maven,
            "-q",
            "-B",
            "-f",
            project.toString(),
            GOAL,
            "-DincludeScope=runtime",
            "-DincludeTypes=jar",
            "-Dmdep.outputFile=" + classPath);
    String problem;
    try {
      TimedCommand.Output output = TimedCommand.run(work, LIMIT, command);
      if (output.status() == 0 && Files.exists(classPath)) {
        return new MoaJars(VERSION, Files.readString(classPath).strip());
      }
      problem = MoaPeer.complaint(output.out() + "\n" + output.err());
    } catch (IOException e) {
      problem = e.getMessage();
    }
    throw new IOException(
        String.format(
            Locale.ROOT,
            "Maven cannot fetch MOA %s (%s): run again with Maven and a network, or name a folder"
                + " of its jars with --peer-jars",
            VERSION,
            problem));
  }

  private static String version(String jar) {
    return jar.substring("moa-".length(), jar.length() - ".jar".length());
  }
}
