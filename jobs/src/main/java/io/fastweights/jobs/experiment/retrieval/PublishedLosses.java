package io.fastweights.jobs.experiment.retrieval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The losses of the paper's own runs of the synthetic retrieval: the best evaluation of each. */
final class PublishedLosses {
  private static final String RESOURCE = "published-losses.csv";

  private final Map<String, TreeMap<Integer, Double>> best = new TreeMap<>();

  PublishedLosses() throws IOException {
    try (InputStream in = PublishedLosses.class.getResourceAsStream(RESOURCE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] c = line.split(",");
        best.computeIfAbsent(name(Integer.parseInt(c[0]), c[1]), n -> new TreeMap<>())
            .put(Integer.parseInt(c[2]), Double.parseDouble(c[3]));
      }
    }
  }

  private static String name(int setting, String method) {
    return setting + " " + method;
  }

  private TreeMap<Integer, Double> of(RetrievalTask task) {
    return best.getOrDefault(name(task.setting(), task.method()), new TreeMap<>());
  }

  /** NaN where no run was published, or the run ended so. */
  double loss(RetrievalTask task) {
    return of(task).getOrDefault(task.keys(), Double.NaN);
  }

  /** The largest size up to which every one of a task's method was solved; 0 for none. */
  int solved(RetrievalTask task) {
    int solved = 0;
    for (Map.Entry<Integer, Double> run : of(task).entrySet()) {
      if (run.getValue() > SyntheticRetrieval.SOLVED) {
        break;
      }
      solved = run.getKey();
    }
    return solved;
  }
}
