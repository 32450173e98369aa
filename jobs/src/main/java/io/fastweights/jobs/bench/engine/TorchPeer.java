package io.fastweights.jobs.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Code of others in PyTorch: a script run by a Python that has it, one thread.
 *
 * @param python the interpreter
 * @param script of {@code jobs/src/bench}
 */
public record TorchPeer(String python, Path script) {

  /** The peer, if the script is there and the interpreter has PyTorch. */
  public static Optional<TorchPeer> find(String python, Path script) {
    if (!Files.isReadable(script)) {
      return Optional.empty();
    }
    try {
      Process process = new ProcessBuilder(python, "-c", "import torch").start();
      return PeerProcess.waitFor(process) == 0
          ? Optional.of(new TorchPeer(python, script))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Events per second of processor time, by batch size; {@code pytorch_peer.py} steps one event of
   * each key at a time.
   *
   * @throws IOException if the script fails; the message holds its output
   */
  Map<Integer, Double> measure(EngineBenchmark.Shape shape, double seconds) throws IOException {
    JsonNode result =
        PeerProcess.rates(
            python,
            script.toString(),
            Integer.toString(shape.dim()),
            Integer.toString(shape.heads()),
            Integer.toString(shape.dimHead()),
            Integer.toString(shape.nu()),
            Double.toString(seconds));
    Map<Integer, Double> rates = new TreeMap<>();
    result
        .properties()
        .forEach(rate -> rates.put(Integer.parseInt(rate.getKey()), rate.getValue().asDouble()));
    return rates;
  }

  /**
   * Runs the script.
   *
   * @throws IOException if it fails; the message holds its output
   */
  public void run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(python, script.toString()));
    command.addAll(List.of(arguments));
    PeerProcess.output(command);
  }
}
