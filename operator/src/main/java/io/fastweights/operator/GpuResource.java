package io.fastweights.operator;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * The GPUs that Flink gave the task manager, as its external resource {@code gpu} (see Flink's GPU
 * plugin, which names each by its index).
 */
final class GpuResource {
  private static final String NAME = "gpu";
  private static final String INDEX = "index";

  private GpuResource() {}

  /**
   * The CUDA device of a subtask: subtasks take turns over the GPUs of their task manager. The
   * first device where Flink knows of none.
   */
  static int deviceIndex(RuntimeContext context) {
    List<Integer> indices =
        context.getExternalResourceInfos(NAME).stream()
            .map(info -> info.getProperty(INDEX))
            .flatMap(Optional::stream)
            .map(Integer::valueOf)
            .sorted(Comparator.naturalOrder())
            .toList();
    int subtask = context.getTaskInfo().getIndexOfThisSubtask();
    return indices.isEmpty() ? 0 : indices.get(subtask % indices.size());
  }
}
