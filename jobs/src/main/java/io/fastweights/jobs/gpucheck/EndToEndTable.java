package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.CudaEngine;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import java.util.Map;

/**
 * Times whole engines, as a caller sees them, beside what the copies of an event's bytes to the
 * device and back would allow.
 */
final class EndToEndTable {
  private static final int SEGMENT = 1;

  private final CheckReport report;
  private final int deviceIndex;
  private final int[] batches;
  private final double launchNanoseconds;
  private final double hostBandwidth;
  private final EndToEndCheck.Budget budget;

  /**
   * @param hostBandwidth bytes a second from pinned memory to the device
   */
  EndToEndTable(
      CheckReport report,
      int deviceIndex,
      int[] batches,
      double launchNanoseconds,
      double hostBandwidth,
      EndToEndCheck.Budget budget) {
    this.report = report;
    this.deviceIndex = deviceIndex;
    this.batches = batches;
    this.launchNanoseconds = launchNanoseconds;
    this.hostBandwidth = hostBandwidth;
    this.budget = budget;
  }

  void measure(int[][] shapes) {
    report.section(
        "End to end",
        "From heap arrays to heap arrays; bytes in and out per event; the last column is what the"
            + " link to the host allows.");
    report.print(
        "%-14s %-5s %6s %-4s %12s %9s %12s %9s %9s %12s",
        "end to end",
        "pool",
        "batch",
        "log",
        "M events/s",
        "launches",
        "JNI us/batch",
        "B in",
        "B out",
        "PCIe M ev/s");
    int slots = batches[batches.length - 1];
    for (int[] shape : shapes) {
      SlowModel model = CheckModels.attention(shape[0], shape[1], shape[2], 1);
      for (Storage format : Storage.values()) {
        EngineOptions options =
            new EngineOptions(Device.CUDA, slots, slots, format, deviceIndex, Long.MAX_VALUE);
        try (CudaEngine engine = new CudaEngine(model, options)) {
          touchAll(engine);
          for (boolean log : new boolean[] {true, false}) {
            for (int batch : batches) {
              row(model, format, engine, batch, log);
            }
          }
        }
      }
    }
  }

  private void row(SlowModel model, Storage format, CudaEngine engine, int batch, boolean log) {
    EndToEndCheck.Measurement m = EndToEndCheck.measure(engine, batch, SEGMENT, log, budget);
    double jni = m.launches() * launchNanoseconds / 1000;
    double most = hostBandwidth / Math.max(m.bytesIn(), m.bytesOut());
    Map<String, Object> row = report.row("endToEnd", model, format, batch, SEGMENT);
    row.put("log", log);
    row.put("eventsPerSecond", m.eventsPerSecond());
    row.put("launches", m.launches());
    row.put("jniMicroseconds", jni);
    row.put("bytesIn", m.bytesIn());
    row.put("bytesOut", m.bytesOut());
    row.put("eventsPerSecondOfCopies", most);
    report.print(
        "%-14s %-5s %6d %-4s %12.3f %9.0f %12.1f %9.0f %9.0f %12.1f",
        CheckReport.name(model),
        format,
        batch,
        log ? "yes" : "no",
        m.eventsPerSecond() / 1e6,
        m.launches(),
        jni,
        m.bytesIn(),
        m.bytesOut(),
        most / 1e6);
  }

  /** Slots hold garbage until they are fresh once. */
  private static void touchAll(CudaEngine engine) {
    int slots = engine.pool().slots();
    EventBatch batch = new EventBatch(engine.model(), slots);
    batch.want(false, false);
    batch.clear();
    for (int s = 0; s < slots; s++) {
      batch.segment(s, true);
      batch.add(true);
    }
    engine.step(batch);
  }
}
