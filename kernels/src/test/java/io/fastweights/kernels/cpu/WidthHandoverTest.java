package io.fastweights.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.kernels.ForkedJvm;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.RandomModels;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A memory passes from JVM to JVM as a file with its base and the log of later events, like a
 * savepoint. Each JVM has another vector width; plain loops alone must give the same bytes.
 */
class WidthHandoverTest {
  private static final int EVENTS = 12;

  private static final Map<String, List<String>> JVMS = new LinkedHashMap<>();

  static {
    for (int bits : new int[] {512, 128, 256}) {
      String option = "-D" + CpuProvider.VECTOR_BITS + "=" + bits;
      JVMS.put("vector " + bits + " bit", List.of(ForkedJvm.VECTOR_MODULE, option));
    }
    JVMS.put("scalar", List.of());
  }

  @Test
  void aMemoryAndItsLogGoOnAtAnotherWidthWithTheSameBits(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("memories");
    Files.write(file, new byte[0]);
    byte[] plain = new byte[0];
    int stage = 0;
    for (Map.Entry<String, List<String>> jvm : JVMS.entrySet()) {
      List<String> options = new ArrayList<>(jvm.getValue());
      options.add("-D" + ProvidedKernels.EXPECTED + "=" + jvm.getKey());
      ForkedJvm.run(Stage.class, options, file.toString(), Integer.toString(stage));
      plain = Stage.next(plain, stage, ScalarKernels::new);
      assertThat(Files.readAllBytes(file)).as("after %s", jvm.getKey()).isEqualTo(plain);
      stage++;
    }
  }

  /** Restores the memories in a file, steps them on, and writes them with the log and outputs. */
  public static final class Stage {
    public static void main(String[] args) throws IOException {
      Path file = Path.of(args[0]);
      byte[] next = next(Files.readAllBytes(file), Integer.parseInt(args[1]), ProvidedKernels::get);
      Files.write(file, next);
    }

    static byte[] next(byte[] before, int stage, Supplier<CpuKernels> kernels) throws IOException {
      ByteArrayOutputStream after = new ByteArrayOutputStream();
      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(before));
          DataOutputStream out = new DataOutputStream(after)) {
        for (Model model : RandomModels.all(5).values()) {
          for (Storage storage : Storage.values()) {
            step(model, storage, in, out, stage, kernels);
          }
        }
      }
      return after.toByteArray();
    }

    private static void step(
        Model model,
        Storage storage,
        DataInputStream in,
        DataOutputStream out,
        int stage,
        Supplier<CpuKernels> kernels)
        throws IOException {
      EngineOptions options = new EngineOptions(Device.CPU, 1, storage);
      try (CpuEngine engine = new CpuEngine(model, options, kernels.get())) {
        float[] base = new float[model.memory().floats()];
        if (stage > 0) {
          engine.restore(List.of(saved(model, in, stage)));
          engine.pool().read(0, base, 0);
        }
        EventBatch batch = batch(model, stage);
        engine.step(batch);
        write(out, base);
        for (float[] part :
            new float[][] {
              batch.keys(), batch.deltas(), batch.targets(), batch.outputs(), batch.recallErrors()
            }) {
          write(out, part);
        }
      }
    }

    /** The log is of values where the model allows, in every other stage, or in each if it must. */
    private static SavedMemory saved(Model model, DataInputStream in, int stage)
        throws IOException {
      float[] base = read(in);
      float[] keys = read(in);
      float[] deltas = read(in);
      float[] targets = read(in);
      read(in);
      read(in);
      float[] fades = fades(model);
      LoggedEvents log =
          model.betas() != null && (stage % 2 == 1 || !model.replaysDeltas())
              ? LoggedEvents.ofValues(EVENTS, keys, targets, model.betas(), fades)
              : LoggedEvents.ofDeltas(EVENTS, keys, deltas, fades);
      long first = (stage - 1L) * EVENTS + 1;
      return new SavedMemory(0, base, List.of(log.numberedFrom(first)));
    }

    private static EventBatch batch(Model model, int stage) {
      SplittableRandom random = new SplittableRandom(stage);
      EventBatch batch = new EventBatch(model, EVENTS);
      batch.clear();
      batch.segment(0, stage == 0, (long) stage * EVENTS);
      for (float fade : fades(model)) {
        batch.add(true, fade);
      }
      for (float[] values : new float[][] {batch.inputs(), batch.targets()}) {
        float[] some = RandomModels.gaussian(random, values.length);
        System.arraycopy(some, 0, values, 0, some.length);
      }
      return batch;
    }

    private static float[] fades(Model model) {
      float[] fades = new float[EVENTS];
      for (int i = 0; i < EVENTS; i++) {
        fades[i] = i % 5 == 4 && !model.forgets() ? 0.7f : 1;
      }
      return fades;
    }

    private static void write(DataOutputStream out, float[] x) throws IOException {
      out.writeInt(x.length);
      for (float value : x) {
        out.writeInt(Float.floatToRawIntBits(value));
      }
    }

    private static float[] read(DataInputStream in) throws IOException {
      float[] x = new float[in.readInt()];
      for (int i = 0; i < x.length; i++) {
        x[i] = Float.intBitsToFloat(in.readInt());
      }
      return x;
    }
  }
}
