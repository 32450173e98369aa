package io.fastweights.jobs.gpucheck;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.kernels.engine.Engine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine;

/**
 * Writes an archive that checks a GPU on a machine with only its driver: a trimmed Java runtime,
 * the jars that the check needs, taken from this process' class path, and JCuda's native libraries.
 */
final class GpuCheckBundle {
  private static final String NAME = "gpu-check";
  private static final String JCUDA = "12.6.0-linux-x86_64.so";

  /** Java modules that the jars below need; log4j uses beans of java.desktop. */
  private static final String MODULES =
      "java.base,java.desktop,java.logging,java.management,java.naming,java.xml,jdk.unsupported";

  /** A class of each jar. */
  private static final List<String> CLASSES =
      List.of(
          DeviceCheck.class.getName(),
          Engine.class.getName(),
          CommandLine.class.getName(),
          ObjectMapper.class.getName(),
          JsonFactory.class.getName(),
          JsonProperty.class.getName(),
          "jcuda.driver.JCudaDriver",
          "jcuda.jcublas.JCublas2",
          "org.slf4j.Logger",
          "org.slf4j.impl.StaticLoggerBinder",
          "org.apache.logging.log4j.Logger",
          "org.apache.logging.log4j.core.Logger");

  /** A file of each jar of native libraries. */
  private static final List<String> NATIVES =
      List.of("lib/libJCudaDriver-" + JCUDA, "lib/libJCublas2-" + JCUDA);

  private GpuCheckBundle() {}

  /**
   * @param archive is overwritten
   * @return its size in bytes
   */
  static long write(Path archive) throws IOException, InterruptedException {
    Path work = Files.createTempDirectory(archive.getParent(), NAME + "-");
    try {
      Path folder = Files.createDirectory(work.resolve(NAME));
      copyJars(Files.createDirectory(folder.resolve("lib")));
      link(folder.resolve("java"));
      Path start = folder.resolve(NAME);
      Files.writeString(start, script());
      Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path whole = work.resolve("whole.tar.gz");
      pack(work, whole);
      Files.move(whole, archive, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      FileUtils.deleteDirectoryQuietly(work.toFile());
    }
    return Files.size(archive);
  }

  private static void copyJars(Path lib) throws IOException {
    Set<Path> places = new LinkedHashSet<>();
    for (String name : CLASSES) {
      places.add(place(name.replace('.', '/') + ".class"));
    }
    for (String name : NATIVES) {
      places.add(place(name));
    }
    int count = 0;
    for (Path place : places) {
      if (Files.isDirectory(place)) {
        jar(place, lib.resolve("classes-" + count++ + ".jar"));
      } else {
        Files.copy(place, lib.resolve(place.getFileName()));
      }
    }
  }

  /** The jar or the folder of classes that holds a file. */
  private static Path place(String file) throws IOException {
    URL url = GpuCheckBundle.class.getClassLoader().getResource(file);
    if (url == null) {
      throw new IllegalStateException("cannot make a bundle: the class path has no " + file);
    }
    try {
      if (url.openConnection() instanceof JarURLConnection jar) {
        return Path.of(jar.getJarFileURL().toURI());
      }
      Path folder = Path.of(url.toURI());
      for (int i = 0; i < Path.of(file).getNameCount(); i++) {
        folder = folder.getParent();
      }
      return folder;
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static void jar(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
  }

  private static void link(Path runtime) {
    ToolProvider jlink =
        ToolProvider.findFirst("jlink")
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "cannot make a bundle: this Java has no jlink; run a JDK, 17 or newer"));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream lines = new PrintStream(said, true, StandardCharsets.UTF_8);
    int status =
        jlink.run(
            lines,
            lines,
            "--add-modules",
            MODULES,
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--vm=server",
            "--output",
            runtime.toString());
    if (status != 0) {
      throw new IllegalStateException(
          "jlink failed: " + said.toString(StandardCharsets.UTF_8).strip());
    }
  }

  private static String script() {
    return String.format(
        Locale.ROOT,
        """
        #!/bin/sh
        # Checks a GPU; needs the CUDA driver, and python3 with PyTorch only to compare with it.
        here=$(cd "$(dirname "$0")" && pwd)
        # JCuda unpacks its library into the folder for temporary files; the driver keeps there
        # what it compiled.
        mkdir -p "$here/tmp"
        export CUDA_CACHE_PATH="$here/tmp/compiled"
        exec "$here/java/bin/java" -Xmx4g -Djava.io.tmpdir="$here/tmp" -cp "$here/lib/*" \\
          %s "$@"
        """,
        DeviceCheck.class.getName());
  }

  private static void pack(Path work, Path archive) throws IOException, InterruptedException {
    Process tar =
        new ProcessBuilder("tar", "czf", archive.toString(), "-C", work.toString(), NAME)
            .redirectErrorStream(true)
            .start();
    String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (tar.waitFor() != 0) {
      throw new IOException("tar failed: " + said.strip());
    }
  }
}
