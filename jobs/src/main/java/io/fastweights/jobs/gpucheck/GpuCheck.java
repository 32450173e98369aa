package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.CudaEngineFactory;
import io.fastweights.kernels.cuda.driver.CudaDevice;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.cuda.driver.Driver;
import io.fastweights.kernels.cuda.driver.NativeLibrary;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Checks that a GPU runs the kernels correctly, and how fast: the contract of engines on random
 * models, then a table of throughputs beside the copy bandwidth of the same run and, where python3
 * has PyTorch, beside PyTorch on the same GPU. Needs a driver, and nothing else.
 */
public final class GpuCheck {
  private static final double TOLERANCE = 1e-5;
  private static final int[] BATCHES = {1, 16, 256, 1024, 4096, 16384};
  private static final int[] QUICK_BATCHES = {1, 16};
  private static final int[][] SHAPES = {{8, 64, 1}, {4, 16, 1}, {8, 16, 2}};
  private static final long COPY_BYTES = 1L << 30;
  private static final long QUICK_COPY_BYTES = 4 << 20;

  private static final int EVENTS = 120;
  private static final int QUICK_EVENTS = 12;
  private static final EndToEndCheck.Budget LONG = new EndToEndCheck.Budget(8, 250_000_000);
  private static final EndToEndCheck.Budget QUICK = new EndToEndCheck.Budget(2, 1_000_000);

  /** Parts of the check. */
  public enum Part {
    /** Results against the reference, and that they do not depend on batches. */
    CONTRACT,
    /** The memory step alone, with everything on the device. */
    STEP,
    /** The engine as its caller sees it. */
    END,
    /** PyTorch on the same GPU. */
    TORCH
  }

  /**
   * Settings of the check.
   *
   * @param deviceIndex the device, 0 or more
   * @param quick few events, small batches and copies: tests function, not speed
   * @param tune PTX whose kernels are timed beside those that ship, or null
   */
  public record Settings(Set<Part> parts, int deviceIndex, boolean quick, Path tune) {
    public Settings {
      if (deviceIndex < 0) {
        throw new IllegalArgumentException(
            "the device index is " + deviceIndex + ", must be 0 or more");
      }
      parts = Set.copyOf(parts);
    }
  }

  private final CheckReport report;
  private final Settings settings;

  private GpuCheck(Settings settings, Consumer<String> lines) {
    this.settings = settings;
    report = new CheckReport(lines);
  }

  /** Reason why a device cannot be checked, in one line; empty if it can. */
  public static Optional<String> missing(int deviceIndex) {
    try {
      NativeLibrary.loadDriver();
      CudaDevice.acquire(deviceIndex).close();
      return Optional.empty();
    } catch (LinkageError e) {
      return Optional.of(CudaEngineFactory.why(e));
    } catch (EngineException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * Checks a device.
   *
   * @param lines takes what is to be printed, line by line
   * @throws EngineException if the device fails; see {@link #missing} for one that is not there
   */
  public static CheckReport run(Settings settings, Consumer<String> lines) throws IOException {
    NativeLibrary.loadDriver();
    GpuCheck check = new GpuCheck(settings, lines);
    check.run();
    return check.report;
  }

  private void run() throws IOException {
    try (CudaDevice device = CudaDevice.acquire(settings.deviceIndex());
        CudaModule module = CudaModule.load()) {
      device.makeCurrent();
      String machine =
          String.format(
              Locale.ROOT,
              "%s, %s, %s %s",
              device.name(),
              Driver.version(),
              System.getProperty("os.arch"),
              System.getProperty("os.name"));
      report.put("device", device.name());
      report.put("machine", machine);
      report.put("kernels", module.origin());
      report.print("%s%n%s", machine, module.origin());
      Rates rates = rates(module);
      if (settings.parts().contains(Part.CONTRACT)) {
        contract();
      }
      StepTable steps = new StepTable(report, device, batches(), rates.onDevice());
      if (settings.parts().contains(Part.STEP)) {
        steps.measure(module, SHAPES);
      }
      if (settings.tune() != null) {
        steps.tune(settings.tune(), SHAPES[0]);
      }
      if (settings.parts().contains(Part.END)) {
        new EndToEndTable(
                report,
                settings.deviceIndex(),
                batches(),
                rates.launch(),
                rates.toDevice(),
                settings.quick() ? QUICK : LONG)
            .measure(SHAPES);
      }
      if (settings.parts().contains(Part.TORCH)) {
        torch(steps);
      }
    }
  }

  /**
   * Reference rates for other figures.
   *
   * @param onDevice bytes read and written a second by copies on the device
   * @param toDevice bytes a second from pinned memory
   * @param launch nanoseconds that a launch costs the host
   */
  private record Rates(double onDevice, double toDevice, double launch) {}

  private Rates rates(CudaModule module) {
    long copied = settings.quick() ? QUICK_COPY_BYTES : COPY_BYTES;
    Rates rates =
        new Rates(
            Bandwidth.onDevice(copied),
            Bandwidth.toDevice(copied / 4),
            ThroughputCheck.launchNanoseconds(module, CheckModels.attention(1, 8, 1, 1)));
    report.put("copyBytesPerSecond", rates.onDevice());
    report.put("hostCopyBytesPerSecond", rates.toDevice());
    report.put("launchNanoseconds", rates.launch());
    report.print(
        "copy bandwidth %.0f GB/s, from pinned memory %.1f GB/s, a launch costs the host %.0f ns",
        rates.onDevice() / 1e9, rates.toDevice() / 1e9, rates.launch());
    return rates;
  }

  private void contract() {
    List<Object> rows = new ArrayList<>();
    boolean all = true;
    int events = settings.quick() ? QUICK_EVENTS : EVENTS;
    report.section(
        "The contract",
        "The largest relative difference from the reference, and how many floats had other bits:"
            + " than the reference's, with other batches, and in memories replayed from logs.");
    report.print(
        "%-28s %10s %12s %12s %12s %12s %10s",
        "contract", "worst", "other bits", "fp32 splits", "bf16 splits", "replays", "load ms");
    for (Map.Entry<String, Model> entry : CheckModels.all(1).entrySet()) {
      ContractCheck.Outcome o =
          ContractCheck.run(entry.getKey(), entry.getValue(), settings.deviceIndex(), events, 2);
      all &= o.passed(TOLERANCE);
      rows.add(o);
      report.print(
          "%-28s %10.2g %12d %12d %12d %12d %10.0f %s",
          o.model(),
          o.worst(),
          o.otherBits(),
          o.splitBits(),
          o.splitBitsBf16(),
          o.replayBits(),
          o.loadMilliseconds(),
          o.passed(TOLERANCE) ? "" : "FAILED");
    }
    report.put("contract", rows);
    report.contract(all);
    report.print(all ? "the contract holds" : "THE CONTRACT IS BROKEN");
  }

  private void torch(StepTable steps) {
    TorchCheck.Outcome outcome = TorchCheck.run(SHAPES, batches());
    report.put("torch", outcome);
    report.section(
        "PyTorch on the same GPU",
        "The same recurrence by batched products over all keys, one event of each key at a time;"
            + " ratio of the memory step to it.");
    if (outcome.failure() != null) {
      report.print("no comparison with PyTorch: %s", outcome.failure());
      return;
    }
    report.print("%-14s %6s %12s %8s", outcome.version(), "batch", "M events/s", "ratio");
    for (TorchCheck.Row row : outcome.rows()) {
      Double ours = steps.eventsPerSecond(row.shape(), row.batch());
      report.print(
          "%-14s %6d %12.4f %7.1fx",
          row.shape(),
          row.batch(),
          row.eventsPerSecond() / 1e6,
          ours == null ? Double.NaN : ours / row.eventsPerSecond());
    }
  }

  private int[] batches() {
    return settings.quick() ? QUICK_BATCHES : BATCHES;
  }
}
