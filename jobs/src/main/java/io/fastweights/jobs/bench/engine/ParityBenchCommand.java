package io.fastweights.jobs.bench.engine;

import io.fastweights.jobs.config.Flags;
import io.fastweights.jobs.output.Figures;
import io.fastweights.jobs.output.JsonFile;
import io.fastweights.jobs.process.TemporaryFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.flink.util.FileUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fastweights bench parity}: the same models in other implementations. */
@Command(
    name = "parity",
    description = "Compare outputs and memories with those of other implementations.",
    footer = {
      "",
      "The peers are PyTorch code and are not part of this project: clone dpfp-pytorch,",
      "flash-linear-attention and lmtool-fwms into one folder. 'outputs' and 'memory' are the largest",
      "differences from the peer's formula in float64, 'peer32' is that of the peer's own float32."
    })
public final class ParityBenchCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Option(
      names = "--peers",
      paramLabel = "FOLDER",
      required = true,
      description = "Holds checkouts of the peers, under their own names.")
  private Path peers;

  @Option(
      names = "--python",
      paramLabel = "FILE",
      defaultValue = "/usr/bin/python3",
      description = "Interpreter with PyTorch, NumPy and einops (default: ${DEFAULT-VALUE}).")
  private String python;

  @Mixin private JsonFile json;

  @Override
  public Integer call() throws Exception {
    Flags.require(command, Files.isDirectory(peers), "--peers " + peers + " is no folder");
    Path script =
        Path.of(System.getProperty("fastweights.home", "."), "jobs/src/bench/parity_peer.py");
    TorchPeer peer =
        TorchPeer.find(python, script)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        python + " has no PyTorch, or " + script + " is not there"));
    Path folder = TemporaryFiles.folder();
    try {
      peer.run(peers.toString(), folder.toString());
      return print(Parity.all(folder));
    } finally {
      FileUtils.deleteDirectoryQuietly(folder.toFile());
    }
  }

  private int print(List<Parity> rows) throws IOException {
    if (rows.isEmpty()) {
      throw new IllegalStateException(
          peers + " holds none of dpfp-pytorch, flash-linear-attention, lmtool-fwms");
    }
    PrintWriter out = command.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%-22s %-46s %9s %9s %9s %9s %s%n",
        "peer",
        "shape",
        "outputs",
        "memory",
        "scale",
        "peer32",
        "plain loops");
    Figures figures = new Figures();
    for (Parity row : rows) {
      out.printf(
          Locale.ROOT,
          "%-22s %-46s %9.2g %9.2g %9.2g %9.2g %s%n",
          row.peer(),
          row.shape(),
          row.outputs(),
          row.memory(),
          row.scale(),
          row.peer32(),
          row.sameBits() ? "same bits" : "OTHER BITS");
      String key = row.peer() + "." + row.shape().replace(' ', '-');
      figures.put(key + ".outputs", row.outputs()).put(key + ".memory", row.memory());
    }
    double worst =
        rows.stream().mapToDouble(row -> row.outputs() / row.scale()).max().orElseThrow();
    out.printf(Locale.ROOT, "largest difference of an output, over the scale: %.2g%n", worst);
    out.flush();
    json.write(figures.put("worst", worst));
    return rows.stream().allMatch(Parity::sameBits) ? 0 : 1;
  }
}
