package io.fastweights.jobs.gpucheck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** PyTorch computing the same recurrence on the same GPU, in a process of its own. */
final class TorchCheck {
  private static final String SCRIPT = "torch_delta_rule.py";

  /**
   * @param shape as {@link #name} writes it
   */
  record Row(String shape, int batch, double eventsPerSecond) {}

  /**
   * @param failure why there is nothing, or null
   */
  record Outcome(String version, List<Row> rows, String failure) {}

  private TorchCheck() {}

  static String name(int heads, int d, int nu) {
    return String.format(Locale.ROOT, "H%d d%d nu%d", heads, d, nu);
  }

  static Outcome run(int[][] shapes, int[] batches) {
    Path folder = null;
    Path script = null;
    try {
      // Python looks for modules beside the script first: the folder must be this process's own.
      folder = Files.createTempDirectory("torch");
      script = folder.resolve(SCRIPT);
      try (InputStream in = TorchCheck.class.getResourceAsStream(SCRIPT)) {
        Files.write(script, in.readAllBytes());
      }
      return run(script, shapes, batches);
    } catch (IOException e) {
      return new Outcome(null, List.of(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome(null, List.of(), e.toString());
    } finally {
      delete(script);
      delete(folder);
    }
  }

  private static void delete(Path path) {
    if (path != null && !path.toFile().delete()) {
      path.toFile().deleteOnExit();
    }
  }

  private static Outcome run(Path script, int[][] shapes, int[] batches)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", script.toString()));
    for (int[] s : shapes) {
      for (int batch : batches) {
        command.add(String.format(Locale.ROOT, "%d,%d,%d,%d", s[0], s[1], s[2], batch));
      }
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String version = null;
    List<Row> rows = new ArrayList<>();
    for (String line : output.split("\n")) {
      if (line.startsWith("{")) {
        JsonNode node = new ObjectMapper().readTree(line);
        version = "torch " + node.get("torch").asText();
        rows.add(
            new Row(
                name(node.get("heads").asInt(), node.get("d").asInt(), node.get("nu").asInt()),
                node.get("batch").asInt(),
                node.get("eventsPerSecond").asDouble()));
      }
    }
    int status = process.waitFor();
    String tail = output.substring(Math.max(0, output.length() - 300)).strip();
    return new Outcome(version, rows, status == 0 ? null : "exit " + status + ": " + tail);
  }
}
