package io.fastweights.jobs.gpucheck;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fastweights gpu-check}: here, or in a bundle that is carried to where the GPU is. */
@Command(name = "gpu-check")
public final class GpuCheckCommand extends DeviceCheck {
  @Option(
      names = "--bundle",
      paramLabel = "FILE",
      description = {
        "Check nothing; write an archive (.tar.gz) that checks a GPU where no Java, Maven or",
        "network is: tar xzf FILE && gpu-check/gpu-check --help"
      })
  private Path bundle;

  @Override
  public Integer call() throws Exception {
    if (bundle == null) {
      return super.call();
    }
    require(
        !asksForMore(),
        "--bundle goes with no other option: give them to the gpu-check of the bundle");
    require(
        bundle.toString().endsWith(".tar.gz") || bundle.toString().endsWith(".tgz"),
        "--bundle is " + bundle + ", must end in .tar.gz or .tgz");
    require(
        Files.isDirectory(bundle.toAbsolutePath().getParent()), "there is no folder for " + bundle);
    long bytes = GpuCheckBundle.write(bundle.toAbsolutePath());
    command
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%s: %.1f MiB; where the GPU is: tar xzf %s && gpu-check/gpu-check%n",
            bundle,
            bytes / (double) (1 << 20),
            bundle.getFileName());
    return 0;
  }
}
