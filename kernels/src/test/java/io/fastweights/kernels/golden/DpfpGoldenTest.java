package io.fastweights.kernels.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.Tensor;
import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** phi and phi / sum for every d and nu in the file. */
class DpfpGoldenTest {
  private static final String FILE = "dpfp";
  private static final Pattern PHI = Pattern.compile("phi\\.d(\\d+)\\.nu(\\d+)");

  /** The names phi.dD.nuN in the file. */
  static Stream<String> projections() throws IOException {
    List<String> names = new ArrayList<>();
    try (Safetensors file = GoldenFiles.tensors(FILE)) {
      file.entries().keySet().stream().filter(PHI.asMatchPredicate()).forEach(names::add);
    }
    assertThat(names).as("projections in the file").isNotEmpty();
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("projections")
  void projectsAndNormalisesEachRowAsPyTorchDoes(String name) throws IOException {
    Matcher parts = PHI.matcher(name);
    assertThat(parts.matches()).isTrue();
    int d = Integer.parseInt(parts.group(1));
    int nu = Integer.parseInt(parts.group(2));
    try (Safetensors file = GoldenFiles.tensors(FILE)) {
      Tensor x = file.floats("x.d" + d);
      float[] phi = file.floats(name).data();
      float[] normalised = file.floats(name.replace("phi.", "phi_norm.")).data();
      assertThat(x.shape()[1]).isEqualTo(d);
      assertThat(phi).hasSize(x.shape()[0] * 2 * nu * d).hasSameSizeAs(normalised);
      GoldenFiles.assertRowsClose(
          name, phi, 2 * nu * d, row -> Dpfp.dpfp(row(x, row), nu), GoldenFiles.TOLERANCE);
      GoldenFiles.assertRowsClose(
          name + " / sum",
          normalised,
          2 * nu * d,
          row -> {
            float[] features = new float[2 * nu * d];
            Dpfp.features(FeatureMap.DPFP, nu, Normalisation.SUM, x.data(), row * d, d, features);
            return features;
          },
          GoldenFiles.TOLERANCE);
    }
  }

  private static float[] row(Tensor x, int row) {
    int size = x.shape()[1];
    return Arrays.copyOfRange(x.data(), row * size, (row + 1) * size);
  }
}
