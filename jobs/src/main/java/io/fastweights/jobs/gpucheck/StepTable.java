package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.MemoryKernel;
import io.fastweights.kernels.cuda.driver.CudaDevice;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Times the memory step alone, beside the copy bandwidth of the same run. */
final class StepTable {
  private static final int[] SEGMENTS = {1, 8};
  private static final int[] TRIED_SEGMENTS = {1, 2, 4, 8};
  private static final long POOL_BYTES = 24L << 30;

  private final CheckReport report;
  private final CudaDevice device;
  private final int[] batches;
  private final double bandwidth;
  private final Map<String, Double> shipped = new HashMap<>();

  /**
   * @param batches ascending
   * @param bandwidth bytes a second of a copy, read and written
   */
  StepTable(CheckReport report, CudaDevice device, int[] batches, double bandwidth) {
    this.report = report;
    this.device = device;
    this.batches = batches;
    this.bandwidth = bandwidth;
  }

  /** The kernels that ship, for each shape, format, batch and length of a segment. */
  void measure(CudaModule module, int[][] shapes) {
    report.section(
        "The memory step alone, W resident",
        "Time from device events, median; a segment is a run of events of one key.");
    report.print(
        "%-14s %-5s %6s %3s %-34s %10s %10s %8s",
        "memory step", "pool", "batch", "seg", "kernel", "us", "M events/s", "of copy");
    for (int[] shape : shapes) {
      SlowModel model = CheckModels.attention(shape[0], shape[1], shape[2], 1);
      for (Storage format : Storage.values()) {
        try (ThroughputCheck check = throughput(model, format)) {
          MemoryKernel kernel = MemoryKernel.direct(module, model, format, device.sharedBytes());
          for (int segment : SEGMENTS) {
            for (int batch : batches) {
              if (batch >= segment) {
                double rate = row("memoryStep", check, model, format, kernel, batch, segment);
                if (format == Storage.FP32 && segment == 1) {
                  shipped.put(CheckReport.name(model) + "/" + batch, rate);
                }
              }
            }
          }
        }
      }
    }
  }

  /** Kernels of another PTX, that are tried out on the largest batches of one shape. */
  void tune(Path ptx, int[] shape) throws IOException {
    SlowModel model = CheckModels.attention(shape[0], shape[1], shape[2], 1);
    report.section("Kernels that are tried out", "As above.");
    try (CudaModule module = CudaModule.load(Files.readAllBytes(ptx))) {
      for (Storage format : Storage.values()) {
        String mark = "_" + format.name().toLowerCase(Locale.ROOT) + "_";
        try (ThroughputCheck check = throughput(model, format)) {
          for (String name : module.names()) {
            if (name.contains(mark)) {
              MemoryKernel kernel = MemoryKernel.of(module, model, name, device.sharedBytes());
              for (int segment : TRIED_SEGMENTS) {
                row("tuning", check, model, format, kernel, batches[batches.length - 1], segment);
              }
            }
          }
        }
      }
    }
  }

  /**
   * Events a second of the kernel that ships, for an fp32 batch in segments of one event, or null
   * if it was not measured.
   */
  Double eventsPerSecond(String shape, int batch) {
    return shipped.get(shape + "/" + batch);
  }

  private ThroughputCheck throughput(SlowModel model, Storage format) {
    int most = batches[batches.length - 1];
    long slotBytes = (long) model.memory().floats() * format.bytes();
    long fitting = Math.min(POOL_BYTES, device.freeBytes() * 7 / 10) / slotBytes;
    int slots = (int) Math.max(most, Math.min(4L * most, fitting));
    return new ThroughputCheck(device, model, format, slots, most);
  }

  private double row(
      String table,
      ThroughputCheck check,
      SlowModel model,
      Storage format,
      MemoryKernel kernel,
      int batch,
      int segment) {
    ThroughputCheck.Measurement m = check.measure(kernel, batch, segment);
    Map<String, Object> row = report.row(table, model, format, batch, segment);
    row.put("kernel", kernel.name());
    row.put("microseconds", m.time());
    row.put("eventsPerSecond", m.eventsPerSecond());
    row.put("neededBytes", m.neededBytes());
    row.put("ofCopyBandwidth", m.bytesPerSecond() / bandwidth);
    report.print(
        "%-14s %-5s %6d %3d %-34s %10.1f %10.3f %7.0f%%",
        CheckReport.name(model),
        format,
        batch,
        segment,
        kernel.name(),
        m.time(),
        m.eventsPerSecond() / 1e6,
        100 * m.bytesPerSecond() / bandwidth);
    return m.eventsPerSecond();
  }
}
