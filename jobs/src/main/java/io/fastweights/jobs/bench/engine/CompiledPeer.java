package io.fastweights.jobs.bench.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory step in C, compiled for this processor: {@code delta_rule.c}, by gcc if installed. It
 * is measured beside the engine and is not part of it.
 *
 * @param program the compiled program
 */
record CompiledPeer(Path program) implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of("-O3", "-march=native", "-ffp-contract=off", "-w");

  /**
   * Events per second of processor time.
   *
   * @param hot of few memories
   * @param cold of memories that come from DRAM
   * @param pass of one product for each float of the cold rows, loaded and stored
   */
  record Rates(double hot, double cold, double pass) {}

  /**
   * The peer of a shape, if the source is there, gcc compiles it and vectors have this width.
   *
   * @param bits width of a vector, 256 or 512
   * @param source {@code delta_rule.c}
   */
  static Optional<CompiledPeer> compile(EngineBenchmark.Shape shape, int bits, Path source)
      throws IOException {
    boolean fits = bits >= 256 && shape.nu() == 1 && shape.dimHead() * Float.SIZE % bits == 0;
    if (!fits || !Files.isReadable(source)) {
      return Optional.empty();
    }
    Path program = Files.createTempFile("fastweights-delta-rule", "");
    String width = "-DBITS=" + bits;
    String dimension = "-DD=" + shape.dimHead();
    List<String> command = new ArrayList<>(List.of("gcc"));
    command.addAll(OPTIONS);
    command.addAll(List.of(width, dimension, "-o", program.toString(), source.toString(), "-lm"));
    CompiledPeer peer = new CompiledPeer(program);
    try {
      Process gcc =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (PeerProcess.waitFor(gcc) == 0) {
        return Optional.of(peer);
      }
    } catch (IOException e) {
      // No gcc: there is nothing to compare with.
    }
    peer.close();
    return Optional.empty();
  }

  /**
   * Measures each rate.
   *
   * @param seconds processor time of each
   * @throws IOException if the program fails
   */
  Rates measure(int heads, int hotSlots, int coldSlots, double seconds) throws IOException {
    JsonNode rates =
        PeerProcess.rates(
            program.toString(),
            Integer.toString(heads),
            Integer.toString(hotSlots),
            Integer.toString(coldSlots),
            Double.toString(seconds));
    return new Rates(
        rates.get("hot").asDouble(), rates.get("cold").asDouble(), rates.get("pass").asDouble());
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(program);
  }
}
