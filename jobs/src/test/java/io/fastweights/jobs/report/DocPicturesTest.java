package io.fastweights.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.report.HeatMap.Names;
import io.fastweights.kernels.math.DeltaRule;
import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The pictures of docs/concepts.md: one memory, drawn four times while it learns which of six
 * values follows each of six keys. {@code -Dfastweights.write-docs=true} writes them.
 */
class DocPicturesTest {
  private static final int KEYS = 6;
  private static final int ROWS = 2 * KEYS;
  private static final int CHANGE = 60;
  private static final List<Integer> DRAWN = List.of(1, CHANGE, CHANGE + 12, 2 * CHANGE);
  private static final List<String> NAMES =
      List.of("1 event", "60 events", "12 after the change", "60 after the change");
  private static final float BETA = 0.5f;
  private static final int CELL_HEIGHT = 16;
  private static final int WIDTH = 860;

  @ParameterizedTest
  @EnumSource(
      value = UpdateRule.class,
      names = {"DELTA", "SUM"})
  void theMemoryIsDrawnAsItIs(UpdateRule rule) throws IOException {
    String name = "memory-" + rule.name().toLowerCase(java.util.Locale.ROOT) + ".svg";
    Path file = Path.of("../docs/images", name);
    String svg = picture(rule);
    if (Boolean.getBoolean("fastweights.write-docs")) {
      Files.writeString(file, svg);
    }
    assertThat(file)
        .as("stale: run DocPicturesTest with -Dfastweights.write-docs=true")
        .content()
        .isEqualTo(svg);
    assertThat(svg.length()).isLessThan(60_000);
  }

  private static String picture(UpdateRule rule) {
    List<float[]> drawn = learn(rule);
    int width = DRAWN.size() * (KEYS + 1) - 1;
    float[][] cells = new float[ROWS][width];
    List<String> columns = new ArrayList<>();
    for (int c = 0; c < width; c++) {
      int panel = c / (KEYS + 1);
      int column = c % (KEYS + 1);
      columns.add(column == KEYS / 2 ? NAMES.get(panel) : "");
      for (int r = 0; r < ROWS; r++) {
        cells[r][c] = column == KEYS ? Float.NaN : drawn.get(panel)[r * KEYS + column];
      }
    }
    String title = "weight (orange is negative)";
    HeatMap map =
        new HeatMap(
            Names.NONE,
            new Names("", columns),
            cells,
            HeatMap.Diverging.of(title, cells),
            CELL_HEIGHT);
    return map.file(WIDTH, "W under the rule " + rule + ", after " + NAMES);
  }

  /** W at the moments that are drawn; a key's value is another one after the change. */
  private static List<float[]> learn(UpdateRule rule) {
    Random random = new Random(1);
    float[][] phi = new float[KEYS][ROWS];
    for (float[] features : phi) {
      float[] key = new float[KEYS];
      for (int i = 0; i < KEYS; i++) {
        key[i] = (float) random.nextGaussian();
      }
      Dpfp.features(FeatureMap.DPFP, 1, Normalisation.UNIT, key, 0, KEYS, features);
    }
    float[] w = new float[ROWS * KEYS];
    float[] delta = new float[KEYS];
    float[] vOld = new float[KEYS];
    List<float[]> drawn = new ArrayList<>();
    for (int event = 1; event <= 2 * CHANGE; event++) {
      int key = random.nextInt(KEYS);
      float[] v = new float[KEYS];
      v[event <= CHANGE ? key : (key + 3) % KEYS] = 1;
      DeltaRule.read(w, 0, ROWS, KEYS, phi[key], vOld, 0);
      DeltaRule.delta(rule, BETA, v, 0, vOld, KEYS, delta, 0);
      DeltaRule.write(w, 0, ROWS, KEYS, phi[key], delta, 0);
      if (DRAWN.contains(event)) {
        drawn.add(w.clone());
      }
    }
    return drawn;
  }
}
