package io.fastweights.kernels.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.cuda.CudaLoadingTest;
import io.fastweights.kernels.cuda.SimulatedDevice;
import io.fastweights.kernels.engine.EngineException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import jcuda.LibUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native code comes from the jar, never from the folder for temporary files. */
class NativeLibraryTest {
  private static final int NOBODY = 65534;
  private static final String FILE = LibUtils.createLibraryFileName(NativeLibrary.DRIVER);
  private static final String DEVICE = "cuda simulated device";

  @TempDir Path tmp;

  @BeforeAll
  static void build() {
    SimulatedDevice.load();
  }

  @Test
  void neverRunsALibraryThatAnotherUserLeft() throws Exception {
    Path planted = plant();
    byte[] before = Files.readAllBytes(planted);
    String said = end(start("CUDA", tmp, tmp, true));
    assertThat(said).contains(DEVICE).doesNotContain("PLANTED");
    assertThat(Files.readAllBytes(planted)).isEqualTo(before);
    assertThat(tmp.toFile().list()).containsExactlyInAnyOrder(FILE);
  }

  @Test
  void neverRunsALibraryThatAnotherUserLeftWhereTheDriverIsMissing() throws Exception {
    plant();
    assertThat(end(start("AUTO", tmp, tmp, false))).contains("cpu").doesNotContain("PLANTED");
    assertThat(end(start("CUDA", tmp, tmp, false)))
        .contains("there is no CUDA driver")
        .doesNotContain("PLANTED");
  }

  /** For any thread order: a class whose initialiser has failed throws another error later. */
  @Test
  void alwaysNamesAMissingDriver() throws Exception {
    String said = end(start("CUDA CUDA CUDA AUTO CUDA", tmp, tmp, false));
    assertThat(said.lines().filter(line -> line.contains("there is no CUDA driver")).count())
        .as(said)
        .isEqualTo(4);
    assertThat(said).contains("cpu").doesNotContain("NoClassDefFoundError");
  }

  @Test
  void loadsInProcessesThatStartTogether() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(start("CUDA", tmp, tmp, true));
    }
    for (Process process : processes) {
      assertThat(end(process)).contains(DEVICE);
    }
    assertThat(tmp.toFile().list()).isEmpty();
  }

  @Test
  void takesTheHomeFolderWhereOthersCanRenameTemporaryFiles() throws Exception {
    Path open = Files.createDirectory(tmp.resolve("open"));
    Path home = Files.createDirectory(tmp.resolve("home"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(end(start("CUDA", open, home, true))).contains(DEVICE);
    assertThat(end(start("CUDA", open, open, true)))
        .contains("every user can rename files in " + open.toRealPath() + " (mode 777)")
        .contains("set -Djava.io.tmpdir");
    assertThat(open.toFile().list()).isEmpty();
  }

  @Test
  void refusesAFolderOfAnotherUser() throws Exception {
    Path foreign = Files.createDirectory(tmp.resolve("foreign"));
    Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwxr-xr-x"));
    if (isRoot()) {
      Files.setAttribute(foreign, "unix:uid", NOBODY);
      assertThatThrownBy(() -> PrivateFolder.in(foreign))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to user 65534, must belong to root or user 0");
    } else {
      assertThat((int) Files.getAttribute(foreign, "unix:uid")).isNotZero();
      PrivateFolder.in(foreign).close();
    }
  }

  @Test
  void saysThatAFolderIsMountedNoExec() throws Exception {
    Path first = Files.createDirectory(tmp.resolve("first"));
    Path second = Files.createDirectory(tmp.resolve("second"));
    List<Path> tried = new ArrayList<>();
    NativeLibrary.unpackAndLoad(
        List.of(first, second),
        NativeLibrary.DRIVER,
        folder -> {
          tried.add(folder.getParent());
          assertThat(folder.resolve(FILE)).isNotEmptyFile();
          if (folder.startsWith(first.toAbsolutePath())) {
            throw noExec(folder);
          }
        });
    assertThat(tried).containsExactly(first.toRealPath(), second.toRealPath());
    assertThatThrownBy(
            () ->
                NativeLibrary.unpackAndLoad(
                    List.of(first),
                    NativeLibrary.DRIVER,
                    folder -> {
                      throw noExec(folder);
                    }))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(first + " is mounted noexec")
        .hasMessageContaining("set -Djava.io.tmpdir to a folder");
  }

  private static UnsatisfiedLinkError noExec(Path folder) {
    return new UnsatisfiedLinkError(
        folder + ": failed to map segment from shared object: Operation not permitted");
  }

  /**
   * A library that reports when it runs; owned by another user if this process may change owners.
   */
  private Path plant() throws Exception {
    Files.setPosixFilePermissions(tmp, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setAttribute(tmp, "unix:mode", 01777);
    Path source = SimulatedDevice.folder().resolve("planted.c");
    Files.writeString(
        source,
        "#include <stdio.h>\n__attribute__((constructor)) static void run(void)"
            + " { puts(\"PLANTED\"); fflush(stdout); }\n");
    Path planted = tmp.resolve(FILE);
    Process compiler =
        new ProcessBuilder("g++", "-x", "c", "-shared", "-fPIC", "-o", "" + planted, "" + source)
            .inheritIO()
            .start();
    assertThat(compiler.waitFor()).isZero();
    if (isRoot()) {
      Files.setAttribute(planted, "unix:uid", NOBODY);
    }
    return planted;
  }

  private boolean isRoot() throws IOException {
    return (int) Files.getAttribute(tmp, "unix:uid") == 0;
  }

  private static Process start(String device, Path tmp, Path home, boolean driver)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + tmp,
            "-Duser.home=" + home,
            "-cp",
            System.getProperty("java.class.path"),
            NativeLibraryTest.class.getName(),
            device);
    builder.environment().remove("LD_LIBRARY_PATH");
    if (driver) {
      builder.environment().put("LD_LIBRARY_PATH", simulatedDriver().toString());
    }
    return builder.redirectErrorStream(true).start();
  }

  /** A folder with the simulated driver alone: the folder where it is built has JCuda's library. */
  private static Path simulatedDriver() throws IOException {
    Path folder = Files.createDirectories(SimulatedDevice.folder().resolve("driver"));
    Path link = folder.resolve("libcuda.so.1");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, Path.of("..", "libcuda.so.1"));
    }
    return folder;
  }

  private static String end(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  /** Makes engines in a separate process, in parallel, and prints their names or the errors. */
  public static void main(String[] args) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (String device : args[0].split(" ")) {
      threads.add(new Thread(() -> System.out.println(CudaLoadingTest.nameOfEngine(device))));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(System.getProperty("java.io.tmpdir")).doesNotContain("fastweights-native");
    assertThat(new File(System.getProperty("java.io.tmpdir"))).exists();
  }
}
