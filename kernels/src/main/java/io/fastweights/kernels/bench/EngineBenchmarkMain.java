package io.fastweights.kernels.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs the engine benchmark from a build tree: {@code java -Xmx4g
 * --add-modules=jdk.incubator.vector ... EngineBenchmarkMain pytorch_peer.py report.json}.
 */
public final class EngineBenchmarkMain {
  private EngineBenchmarkMain() {}

  public static void main(String[] args) throws IOException {
    EngineReport report =
        EngineBenchmark.run(
            EngineBenchmark.Settings.DEFAULT,
            TorchPeer.find("/usr/bin/python3", Path.of(args[0])),
            Path.of(args[0]).resolveSibling("delta_rule.c"));
    System.out.println(report.engine());
    System.out.println(report.table());
    System.out.println(report.copyBytes() + " " + report.multiplyAdds());
    ObjectMapper json = new ObjectMapper();
    System.out.println(json.writeValueAsString(report.keys()));
    if (args.length > 1) {
      json.writeValue(new File(args[1]), report.keys());
    }
  }
}
