package io.fastweights.kernels.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed PTX is that of the sources, and compiles well for every architecture. */
class PtxTest {
  private static final Path SOURCES = Path.of("src/main/cuda");
  private static final int MOST_REGISTERS = 128;

  /** Those that JCuda's compiler does not know. */
  private static final List<String> NEWER = List.of("sm_100", "sm_120");

  private static final List<String> OLDER = List.of("sm_75", "sm_80", "sm_86", "sm_89", "sm_90");

  @Test
  void isThatOfTheSources() throws IOException, NoSuchAlgorithmException {
    String ptx = new String(CudaModule.ptx(), StandardCharsets.US_ASCII);
    assertThat(ptx.lines().findFirst())
        .as("run src/main/cuda/ptx.sh")
        .contains("// sources sha256 " + hash());
    assertThat(ptx).contains(".version 8.0\n.target sm_75\n");
  }

  /** NVIDIA's compiler in JCuda, of CUDA 12.0: it accepts what a driver of that version accepts. */
  @ParameterizedTest
  @ValueSource(strings = {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90"})
  void compilesForEveryArchitectureWithoutSpilling(String architecture) {
    byte[] ptx = CudaModule.ptx();
    nvPTXCompilerHandle compiler = new nvPTXCompilerHandle();
    byte[] text = Arrays.copyOf(ptx, ptx.length + 1);
    int created = JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text);
    assertThat(nvPTXCompileResult.stringFor(created)).isEqualTo("NVPTXCOMPILE_SUCCESS");
    String[] options = {"--gpu-name=" + architecture, "--verbose"};
    int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
    String log = log(compiler, status == 0);
    JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    assertThat(nvPTXCompileResult.stringFor(status)).as(log).isEqualTo("NVPTXCOMPILE_SUCCESS");
    checkResources(architecture, log);
  }

  private static String log(nvPTXCompilerHandle compiler, boolean compiled) {
    long[] size = new long[1];
    if (compiled) {
      JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
    } else {
      JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
    }
    byte[] text = new byte[(int) size[0] + 1];
    if (compiled) {
      JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, text);
    } else {
      JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, text);
    }
    return new String(text, StandardCharsets.US_ASCII);
  }

  /**
   * Checks what JCuda's compiler cannot: later architectures, and a rebuilt PTX. Without a CUDA
   * toolkit only the hash above is checked.
   */
  @Test
  void isRemadeByTheToolkitAndCompiledForNewerArchitecturesWhereThereIsOne(@TempDir Path folder)
      throws IOException, InterruptedException {
    if (isInstalled("nvcc")) {
      Path made = folder.resolve("made.ptx");
      run("sh", SOURCES.resolve("ptx.sh").toString(), made.toString());
      String remade = Files.readString(made);
      String shipped = new String(CudaModule.ptx(), StandardCharsets.US_ASCII);
      assertThat(entries(remade)).isEqualTo(entries(shipped));
      // Another build of nvcc may produce other text.
      if (compiler(remade).equals(compiler(shipped))) {
        assertThat(remade.equals(shipped)).as("run src/main/cuda/ptx.sh").isTrue();
      }
    }
    compileByTheToolkit(NEWER, folder);
  }

  /** By a newer compiler than JCuda's, which each build uses for them. */
  @Test
  @Tag("long")
  void isCompiledByTheToolkitForOlderArchitecturesWhereThereIsOne(@TempDir Path folder)
      throws IOException, InterruptedException {
    compileByTheToolkit(OLDER, folder);
  }

  private static void compileByTheToolkit(List<String> architectures, Path folder)
      throws IOException, InterruptedException {
    if (!isInstalled("ptxas")) {
      return;
    }
    Path ptx = folder.resolve("shipped.ptx");
    Files.write(ptx, CudaModule.ptx());
    String known = run("ptxas", "--help");
    for (String architecture : architectures) {
      if (known.contains("'" + architecture + "'")) {
        String cubin = folder.resolve(architecture).toString();
        checkResources(
            architecture, run("ptxas", "-v", "-arch=" + architecture, "-o", cubin, ptx.toString()));
      }
    }
  }

  private static List<String> entries(String ptx) {
    return Pattern.compile("\\.entry (\\w+)").matcher(ptx).results().map(r -> r.group(1)).toList();
  }

  private static String compiler(String ptx) {
    return ptx.lines().skip(1).findFirst().orElseThrow();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static void checkResources(String architecture, String log) {
    Matcher spills = Pattern.compile("(\\d+) bytes spill stores").matcher(log);
    int kernels = 0;
    for (; spills.find(); kernels++) {
      assertThat(spills.group(1)).as("%s spills:%n%s", architecture, log).isEqualTo("0");
    }
    Matcher registers = Pattern.compile("Used (\\d+) registers").matcher(log);
    while (registers.find()) {
      assertThat(Integer.parseInt(registers.group(1))).isLessThanOrEqualTo(MOST_REGISTERS);
    }
    assertThat(kernels).as(log).isGreaterThan(10);
  }

  private static String hash() throws IOException, NoSuchAlgorithmException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (String end : List.of(".cu", ".cuh")) {
      try (Stream<Path> files = Files.list(SOURCES)) {
        for (Path file : files.filter(f -> f.toString().endsWith(end)).sorted().toList()) {
          all.writeBytes(Files.readAllBytes(file));
        }
      }
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.toByteArray()));
  }
}
