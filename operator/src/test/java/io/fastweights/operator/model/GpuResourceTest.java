package io.fastweights.operator.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.junit.jupiter.api.Test;

class GpuResourceTest {

  @Test
  void subtasksTakeTurnsOverTheGpusOfTheirTaskManager() {
    assertThat(IntStream.range(0, 4).map(subtask -> deviceIndex(subtask, "10", "2", "3")))
        .containsExactly(2, 3, 10, 2);
  }

  @Test
  void theFirstDeviceIsTakenWhereFlinkKnowsOfNone() {
    assertThat(deviceIndex(3)).isZero();
  }

  @Test
  void devicesAreNumberedAsCudaShowsThem() {
    assertThat(visible("2, 3", 0, "2", "3")).isZero();
    assertThat(visible("3,2", 0, "2", "3")).isEqualTo(1);
    assertThat(visible("GPU-8a1b,GPU-77", 0, "GPU-77aa-0000")).isEqualTo(1);
    assertThat(visible("", 0, "2")).isZero();
    assertThat(visible("MIG-41b3-55", 0, "MIG-41b3-55")).isZero();
  }

  @Test
  void aGpuThatCudaDoesNotShowIsRefusedByName() {
    assertThatThrownBy(() -> visible("2,3", 0, "1"))
        .hasMessageContaining("GPU 1 of Flink's resource gpu")
        .hasMessageContaining("CUDA_VISIBLE_DEVICES is 2,3");
    assertThatThrownBy(() -> visible(null, 0, "GPU-77aa-0000"))
        .hasMessageContaining("CUDA_VISIBLE_DEVICES is not set");
  }

  private static int deviceIndex(int subtask, String... indices) {
    return visible(null, subtask, indices);
  }

  private static int visible(String visible, int subtask, String... indices) {
    Set<ExternalResourceInfo> infos =
        Set.of(indices).stream().map(Gpu::new).collect(Collectors.toSet());
    TaskInfo task =
        (TaskInfo)
            Proxy.newProxyInstance(
                GpuResourceTest.class.getClassLoader(),
                new Class<?>[] {TaskInfo.class},
                (proxy, method, arguments) -> subtask);
    RuntimeContext context =
        (RuntimeContext)
            Proxy.newProxyInstance(
                GpuResourceTest.class.getClassLoader(),
                new Class<?>[] {RuntimeContext.class},
                (proxy, method, arguments) ->
                    switch (method.getName()) {
                      case "getTaskInfo" -> task;
                      case "getExternalResourceInfos" ->
                          arguments[0].equals("gpu") ? infos : Set.of();
                      default -> throw new UnsupportedOperationException(method.getName());
                    });
    return GpuResource.deviceIndex(context, visible);
  }

  /** A GPU as Flink's plugin describes it. */
  private record Gpu(String index) implements ExternalResourceInfo {
    @Override
    public Optional<String> getProperty(String key) {
      return key.equals("index") ? Optional.of(index) : Optional.empty();
    }

    @Override
    public Collection<String> getKeys() {
      return Set.of("index");
    }
  }
}
