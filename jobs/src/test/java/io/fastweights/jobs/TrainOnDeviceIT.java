package io.fastweights.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.cuda.SimulatedDevice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code fastweights train --engine} in processes that have a simulated device, and none. */
class TrainOnDeviceIT extends CommandTest {
  private static final int EVENTS = 400;

  @Test
  void trainsOnADeviceToNearTheWeightsOfTheCpu() throws Exception {
    Map<String, String> device = Map.of("LD_LIBRARY_PATH", SimulatedDevice.folder().toString());
    Path cpu = folder.resolve("cpu.safetensors");
    Path cuda = folder.resolve("cuda.safetensors");
    Path again = folder.resolve("again.safetensors");
    assertThat(train(device, "cpu", cpu).exitCode()).isZero();
    Result trained = train(device, "cuda", cuda);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    assertThat(train(device, "auto", again).exitCode()).isZero();
    assertThat(again).hasSameBinaryContentAs(cuda);
    // Sums over rows have another order on the device, so a run on the CPU has other bits.
    assertThat(Files.mismatch(cpu, cuda)).isPositive();
    assertThat(Files.size(cpu)).isEqualTo(Files.size(cuda));
  }

  @Test
  void saysInOneLineThatThereIsNoDeviceAndWritesNothing() throws Exception {
    Path weights = folder.resolve("none.safetensors");
    Result refused = train(Map.of("CUDA_VISIBLE_DEVICES", ""), "cuda", weights);
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .matches(
            "fastweights: (there is no CUDA driver|cannot initialise the CUDA driver|"
                + "device index is 0, but there are 0).*\n");
    assertThat(weights).doesNotExist();
  }

  private Result train(Map<String, String> environment, String engine, Path weights)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("train", "--engine", engine));
    command.addAll(List.of("--events", events().toString(), "--schema", schema().toString()));
    command.addAll(List.of("--out", weights.toString(), "--epochs", "1", "--dim", "8"));
    command.addAll(List.of("--heads", "2", "--dim-head", "4", "--lanes", "4", "--chunk", "16"));
    return MainProcess.run(folder, List.of("-Xmx512m"), environment, command);
  }

  private Path events() throws Exception {
    StringBuilder csv = new StringBuilder("user,time,page,price,outcome\n");
    for (int i = 0; i < EVENTS; i++) {
      csv.append(
          String.format(
              Locale.ROOT,
              "u%d,%d,p%d,%d,%s%n",
              i % 9,
              60_000L * i,
              i % 5,
              i % 13,
              i % 3 == 0 ? "buy" : "leave"));
    }
    return file("events.csv", csv.toString());
  }
}
