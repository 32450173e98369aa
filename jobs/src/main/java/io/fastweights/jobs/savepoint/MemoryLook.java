package io.fastweights.jobs.savepoint;

import io.fastweights.jobs.pipeline.EventPipeline;
import io.fastweights.jobs.pipeline.JobModel;
import io.fastweights.state.savepoint.MemorySavepoint;
import io.fastweights.state.savepoint.NamedMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;

/**
 * Looks into the memories of a job that runs, by its newest checkpoint. Of two keys the first one's
 * memories are meant.
 *
 * @param model of the job
 * @param options of the job
 * @param checkpoint where the newest one lies; null while there is none
 */
public record MemoryLook(JobModel model, Configuration options, Callable<String> checkpoint) {
  private static final int ATTEMPTS = 3;

  /**
   * A key's memory as the content of a page.
   *
   * @param key in text
   * @param question as {@code --ask} of {@code inspect} has it; empty for none
   * @throws IllegalArgumentException if the checkpoint cannot be read from here, there is no such
   *     memory, or the question does not fit it
   */
  public String html(String key, String question) throws Exception {
    String path = checkpoint.call();
    for (int attempt = 1; path != null; attempt++) {
      try {
        return html(path, key, question);
      } catch (Exception e) {
        String newer = checkpoint.call();
        if (attempt == ATTEMPTS || path.equals(newer)) {
          throw e;
        }
        // The next checkpoint has deleted the one that was read.
        path = newer;
      }
    }
    throw new IllegalArgumentException(
        "there is no checkpoint yet: memories are read from the newest one");
  }

  private String html(String path, String key, String question) throws Exception {
    MemorySavepoint savepoint = MemorySavepoint.open(path, EventPipeline.MEMORIES);
    List<NamedMemory> found = new ArrayList<>();
    try (SavepointCluster cluster = new SavepointCluster(1)) {
      cluster.memories(savepoint, Set.of(key), found::add);
      if (found.isEmpty()) {
        throw NearestKeys.refusal(key, savepoint, cluster);
      }
    }
    NamedMemory memory = found.get(0);
    return new MemoryPage(savepoint.shape(), memory)
        .page(answers(savepoint, memory, question))
        .content();
  }

  private List<String> answers(MemorySavepoint savepoint, NamedMemory memory, String question)
      throws Exception {
    List<String> lines = new ArrayList<>();
    if (!question.isBlank()) {
      JobModel.requireOneKey(
          model.schema(),
          "questions to a memory of a running job take",
          "take a savepoint, and ask it with 'inspect --ask --second-key'");
      Map<String, String> values = MemoryQuestion.values(List.of(question.trim().split(" *, *")));
      try (MemoryQuestion asked = new MemoryQuestion(model, options, savepoint, memory)) {
        asked
            .answers(values, memory.lastEvent())
            .forEach(
                (value, answer) -> lines.add(value.isEmpty() ? answer : value + ": " + answer));
      }
    }
    return lines;
  }
}
