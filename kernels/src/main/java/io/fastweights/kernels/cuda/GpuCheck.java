package io.fastweights.kernels.cuda;

import static io.fastweights.kernels.cuda.CheckReport.print;

import io.fastweights.kernels.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells whether a GPU runs the kernels rightly, and how fast: the contract of engines on random
 * models, then a table of throughputs beside the copy bandwidth of the same run and, where python3
 * has PyTorch, beside PyTorch on the same GPU. Needs a driver, and nothing else.
 *
 * <pre>
 *   gpu-check [--json FILE] [--device N] [--quick] [--only contract,step,end,torch] [--tune PTX]
 * </pre>
 */
public final class GpuCheck {
  private static final double TOLERANCE = 1e-5;
  private static final int[] BATCHES = {1, 16, 256, 1024, 4096, 16384};
  private static final int[] QUICK_BATCHES = {1, 64};
  private static final int[][] SHAPES = {{8, 64, 1}, {4, 16, 1}, {8, 16, 2}};
  private static final long COPY_BYTES = 1L << 30;
  private static final long QUICK_COPY_BYTES = 4 << 20;

  private final CheckReport report = new CheckReport();
  private final Set<String> parts;
  private final String tune;
  private final boolean quick;
  private final int deviceIndex;

  private GpuCheck(Set<String> parts, String tune, boolean quick, int deviceIndex) {
    this.parts = parts;
    this.tune = tune;
    this.quick = quick;
    this.deviceIndex = deviceIndex;
  }

  public static void main(String[] args) throws IOException {
    String json = null;
    String tune = null;
    boolean quick = false;
    int device = 0;
    Set<String> parts = Set.of("contract", "step", "end", "torch");
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--json" -> json = args[++i];
        case "--tune" -> tune = args[++i];
        case "--device" -> device = Integer.parseInt(args[++i]);
        case "--quick" -> quick = true;
        case "--only" -> parts = Set.of(args[++i].split(","));
        default -> throw new IllegalArgumentException("unknown option " + args[i]);
      }
    }
    NativeLibrary.prepareDriver();
    GpuCheck check = new GpuCheck(parts, tune, quick, device);
    boolean passed = check.run();
    if (json != null) {
      check.report.write(Path.of(json));
    }
    System.exit(passed ? 0 : 1);
  }

  private boolean run() throws IOException {
    try (CudaDevice device = CudaDevice.acquire(deviceIndex);
        CudaModule module = CudaModule.load()) {
      device.makeCurrent();
      report.put("device", device.name());
      report.put("kernels", module.origin());
      print("%s%n%s", device.name(), module.origin());
      boolean passed = !parts.contains("contract") || contract();
      long copied = quick ? QUICK_COPY_BYTES : COPY_BYTES;
      double bandwidth = Bandwidth.onDevice(copied);
      double toDevice = Bandwidth.toDevice(copied / 4);
      double launch = ThroughputCheck.launchNanoseconds(module, CheckModels.attention(1, 8, 1, 1));
      report.put("copyBytesPerSecond", bandwidth);
      report.put("hostCopyBytesPerSecond", toDevice);
      report.put("launchNanoseconds", launch);
      print(
          "copy bandwidth %.0f GB/s, from pinned memory %.1f GB/s, a launch costs the host %.0f ns",
          bandwidth / 1e9, toDevice / 1e9, launch);
      StepTable steps = new StepTable(report, device, batches(), bandwidth);
      if (parts.contains("step")) {
        steps.measure(module, SHAPES);
      }
      if (tune != null) {
        steps.tune(Path.of(tune), SHAPES[0]);
      }
      if (parts.contains("end")) {
        new EndToEndTable(report, deviceIndex, batches(), launch, toDevice).measure(SHAPES);
      }
      if (parts.contains("torch")) {
        torch(steps);
      }
      return passed;
    }
  }

  private boolean contract() {
    List<Object> rows = new ArrayList<>();
    boolean all = true;
    print(
        "%n%-28s %10s %12s %12s %12s %10s",
        "contract", "worst", "other bits", "fp32 splits", "bf16 splits", "load ms");
    for (Map.Entry<String, Model> entry : CheckModels.all(1).entrySet()) {
      ContractCheck.Outcome o = ContractCheck.run(entry.getKey(), entry.getValue(), deviceIndex, 2);
      all &= o.passed(TOLERANCE);
      rows.add(o);
      print(
          "%-28s %10.2g %12d %12d %12d %10.0f %s",
          o.model(),
          o.worst(),
          o.otherBits(),
          o.splitBits(),
          o.splitBitsBf16(),
          o.loadMilliseconds(),
          o.passed(TOLERANCE) ? "" : "FAILED");
    }
    report.put("contract", rows);
    print(all ? "the contract holds" : "THE CONTRACT IS BROKEN");
    return all;
  }

  private void torch(StepTable steps) {
    TorchCheck.Outcome outcome = TorchCheck.run(SHAPES, batches());
    report.put("torch", outcome);
    if (outcome.failure() != null) {
      print("%nno comparison with PyTorch: %s", outcome.failure());
      return;
    }
    print("%n%-14s %6s %12s %8s", outcome.version(), "batch", "M events/s", "ratio");
    for (TorchCheck.Row row : outcome.rows()) {
      Double ours = steps.eventsPerSecond(row.shape(), row.batch());
      print(
          "%-14s %6d %12.4f %7.1fx",
          row.shape(),
          row.batch(),
          row.eventsPerSecond() / 1e6,
          ours == null ? Double.NaN : ours / row.eventsPerSecond());
    }
  }

  private int[] batches() {
    return quick ? QUICK_BATCHES : BATCHES;
  }
}
