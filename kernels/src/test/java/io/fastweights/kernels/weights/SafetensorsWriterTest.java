package io.fastweights.kernels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  private static final int LARGE = 40_000;

  @TempDir Path folder;

  private static Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("a", new int[] {2, 3});
    shapes.put("b", new int[] {LARGE});
    shapes.put("c", new int[] {});
    return shapes;
  }

  private static float[] values(int count, float first) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = first + i;
    }
    return values;
  }

  private int files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.count();
    }
  }

  @Test
  void tensorsMayComeInAnyOrder() throws IOException {
    Path file = folder.resolve("file");
    try (SafetensorsWriter writer = new SafetensorsWriter(file, Map.of("k", "v"), shapes())) {
      writer.write("c", values(1, 7));
      writer.write("b", values(LARGE, 1));
      writer.write("a", values(6, -3));
      assertThat(file).doesNotExist();
      writer.finish();
    }
    assertThat(files()).isOne();
    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.metadata()).isEqualTo(Map.of("k", "v"));
      assertThat(read.entries().keySet()).containsExactly("a", "b", "c");
      assertThat(read.entries().get("a").shape()).containsExactly(2, 3);
      assertThat(read.floats("a").data()).containsExactly(values(6, -3));
      assertThat(read.floats("b").data()).containsExactly(values(LARGE, 1));
      assertThat(read.floats("c").data()).containsExactly(7);
    }
  }

  @Test
  void aFileThatIsNotFinishedLeavesNothing() throws IOException {
    Path file = folder.resolve("file");
    try (SafetensorsWriter writer = new SafetensorsWriter(file, Map.of(), shapes())) {
      writer.write("a", values(6, 0));
      assertThatThrownBy(writer::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 tensors of " + file + " are not written");
    }
    assertThat(files()).isZero();
  }

  @Test
  void refusesATensorThatWasNotPromised() throws IOException {
    try (SafetensorsWriter writer =
        new SafetensorsWriter(folder.resolve("file"), Map.of(), shapes())) {
      assertThatThrownBy(() -> writer.write("d", values(1, 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("tensor d is not among those of");
      assertThatThrownBy(() -> writer.write("a", values(5, 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor a has shape [2, 3], not 5 floats");
      writer.write("a", values(6, 0));
      assertThatThrownBy(() -> writer.write("a", values(6, 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("or written already");
    }
  }
}
