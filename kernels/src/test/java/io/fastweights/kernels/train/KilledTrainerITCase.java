package io.fastweights.kernels.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.weights.WeightsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training in a process that is killed and resumed in another. */
class KilledTrainerITCase {
  @TempDir Path folder;

  @Test
  void aKilledRunGoesOnToTheSameFile() throws Exception {
    Path whole = folder.resolve("whole.safetensors");
    Path resumed = folder.resolve("resumed.safetensors");
    assertThat(train(whole, folder.resolve("whole.checkpoint")).waitFor()).isZero();

    Path checkpoint = folder.resolve("killed.checkpoint");
    Process killed = train(resumed, checkpoint);
    while (!Files.exists(checkpoint) && killed.isAlive()) {
      Thread.sleep(5);
    }
    killed.destroyForcibly();
    assertThat(killed.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(resumed).as("the run was killed before its end").doesNotExist();

    assertThat(train(resumed, checkpoint).waitFor()).isZero();

    assertThat(Files.readAllBytes(resumed)).isEqualTo(Files.readAllBytes(whole));
  }

  private static Process train(Path weights, Path checkpoint) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.add(KilledTrainerITCase.class.getName());
    command.addAll(List.of(weights.toString(), checkpoint.toString()));
    return new ProcessBuilder(command).inheritIO().start();
  }

  /** The process: trains, and writes the weights at the end. */
  public static void main(String[] args) throws IOException {
    TrainOptions options =
        TrainingCases.options().epochs(12).checkpoint(Path.of(args[1]), 3).build();
    TrainResult result =
        new Trainer(
                TrainingCases.CONFIG,
                TrainingCases.SCHEMA,
                TrainingCases.keys(120, 40, 1),
                TrainingCases.keys(30, 40, 2),
                options)
            .run(report -> {});
    WeightsFile.write(result.weights(), Path.of(args[0]));
  }
}
