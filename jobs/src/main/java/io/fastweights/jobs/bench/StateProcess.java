package io.fastweights.jobs.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fastweights.jobs.bench.StateJob.Way;
import io.fastweights.jobs.process.TemporaryFiles;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/** Runs a {@link StateJob} in a process of its own. */
final class StateProcess {
  static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

  /** Of the events' keys. */
  static final long SEED = 5;

  private StateProcess() {}

  /** How keys are drawn. */
  enum Keys {
    ZIPF,
    UNIFORM;

    private KeySequence of(int keys) {
      return this == ZIPF ? KeySequence.zipf(keys, SEED) : KeySequence.uniform(keys, SEED);
    }
  }

  /**
   * What to run, as JSON from one process to the other.
   *
   * @param keys how many
   * @param seconds that the job runs
   */
  record Order(
      Way way,
      MemoryKind kind,
      Keys drawn,
      int keys,
      long rate,
      long memory,
      long cache,
      boolean probe,
      Map<String, String> options,
      double seconds) {

    private StateJob job() {
      return new StateJob(
          way,
          kind,
          drawn.of(keys),
          rate,
          new MemorySize(memory),
          new MemorySize(cache),
          CHECKPOINT_INTERVAL,
          probe,
          Configuration.fromMap(options));
    }
  }

  /**
   * @param out takes what the process prints
   */
  static StateRun run(Order order, PrintWriter out) throws Exception {
    ObjectMapper json = new ObjectMapper();
    Path file = TemporaryFiles.file(".json");
    try {
      json.writeValue(file.toFile(), order);
      OwnProcess.run(StateProcess.class, OwnProcess.sameHeap(), out, file.toString());
      return json.readValue(file.toFile(), StateRun.class);
    } finally {
      Files.delete(file);
    }
  }

  /**
   * @param arguments the file of the order, which takes what came of it
   */
  public static void main(String[] arguments) throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    ObjectMapper json = new ObjectMapper();
    Path file = Path.of(arguments[0]);
    Order order = json.readValue(file.toFile(), Order.class);
    StateRun run = StateRun.of(order.job(), order.seconds, new BenchProgress(out));
    json.writeValue(file.toFile(), run);
    System.exit(0);
  }
}
