package io.fastweights.operator.model;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * The GPUs that Flink gave the task manager, as its external resource {@code gpu}. Flink's GPU
 * plugin names each by what its discovery script printed: the index that nvidia-smi shows, or a
 * UUID. CUDA renumbers the devices of a process in the order of {@code CUDA_VISIBLE_DEVICES}.
 */
@Internal
public final class GpuResource {
  private static final String NAME = "gpu";
  private static final String INDEX = "index";
  private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

  private GpuResource() {}

  /**
   * The CUDA device of a subtask: subtasks are assigned round robin to the GPUs of their task
   * manager. The first device if Flink has no GPU resource.
   *
   * @throws IllegalStateException if CUDA does not show the process that GPU
   */
  public static int deviceIndex(RuntimeContext context) {
    return deviceIndex(context, System.getenv(VISIBLE));
  }

  /**
   * @param visible the devices that CUDA shows, in its order, or null for all
   */
  static int deviceIndex(RuntimeContext context, String visible) {
    List<String> names =
        context.getExternalResourceInfos(NAME).stream()
            .map(info -> info.getProperty(INDEX))
            .flatMap(Optional::stream)
            .map(String::strip)
            .sorted(Comparator.comparingInt(String::length).thenComparing(name -> name))
            .toList();
    // CUDA_VISIBLE_DEVICES hides all devices: the engine reports it, and AUTO takes the CPU.
    boolean hidden = visible != null && visible.isBlank();
    if (names.isEmpty() || hidden) {
      return 0;
    }
    String name = names.get(context.getTaskInfo().getIndexOfThisSubtask() % names.size());
    boolean number = name.matches("[0-9]{1,4}");
    if (visible == null && number) {
      return Integer.parseInt(name);
    }
    List<String> shown = visible == null ? List.of() : List.of(visible.split("\\s*,\\s*"));
    for (int i = 0; i < shown.size(); i++) {
      // CUDA accepts a prefix of a UUID, too.
      boolean same = number ? name.equals(shown.get(i)) : isBeginning(shown.get(i), name);
      if (same) {
        return i;
      }
    }
    throw new IllegalStateException(
        String.format(
            Locale.ROOT,
            "GPU %s of Flink's resource %s is none that CUDA shows this process (%s is %s): list it there",
            name,
            NAME,
            VISIBLE,
            visible == null ? "not set" : visible));
  }

  private static boolean isBeginning(String shown, String uuid) {
    return shown.length() > "GPU-".length() && uuid.startsWith(shown);
  }
}
