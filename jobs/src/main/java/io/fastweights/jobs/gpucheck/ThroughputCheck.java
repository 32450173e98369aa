package io.fastweights.jobs.gpucheck;

import io.fastweights.kernels.cuda.DevicePool;
import io.fastweights.kernels.cuda.LayerKernels;
import io.fastweights.kernels.cuda.MemoryKernel;
import io.fastweights.kernels.cuda.MemoryStep;
import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaDevice;
import io.fastweights.kernels.cuda.driver.CudaEvent;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.DeviceMemory;
import io.fastweights.kernels.cuda.driver.PinnedMemory;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.Device;
import io.fastweights.kernels.math.Dpfp;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.RandomWeights;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Times the memory step alone, with events on the device. Each launch meets other slots of a large
 * pool, so that small batches do not find their memories in the cache, and the memories are random.
 */
final class ThroughputCheck implements AutoCloseable {
  private static final int TABLES = 8;
  private static final int RANDOM_SLOTS = 16;
  private static final int WARM_UP = 3;
  private static final int REPEATS = 5;
  private static final double TARGET_MILLISECONDS = 8;

  private final Scope scope = new Scope();
  private final SlowModel model;
  private final Storage format;
  private final int mostEvents;
  private final CudaStream stream;
  private final CudaEvent before;
  private final CudaEvent after;
  private final DevicePool pool;
  private final DeviceMemory projections;
  private final DeviceMemory results;
  private final DeviceMemory tables;
  private final DeviceMemory observes;
  private final PinnedMemory staging;
  private final Arguments arguments = new Arguments();
  private final float[] events;
  private final int stride;

  /**
   * @param time microseconds of one launch, median
   * @param neededBytes bytes that a launch must move at least
   */
  record Measurement(double time, double neededBytes, int events) {
    double eventsPerSecond() {
      return events / time * 1e6;
    }

    double bytesPerSecond() {
      return neededBytes / time * 1e6;
    }
  }

  /**
   * @param slots slots of the pool, from which a launch takes other ones each time
   */
  ThroughputCheck(CudaDevice device, SlowModel model, Storage format, int slots, int mostEvents) {
    this.model = model;
    this.format = format;
    this.mostEvents = mostEvents;
    MemoryShape shape = model.memory();
    stride = shape.heads() * (2 * model.keyDim() + shape.columns() + 1);
    events = RandomWeights.gaussian(new SplittableRandom(7), mostEvents * stride, 1);
    int each = shape.heads() * shape.columns();
    for (int row = 0; row < mostEvents; row++) {
      Arrays.fill(events, (row + 1) * stride - shape.heads(), (row + 1) * stride, 0.3f);
    }
    try {
      stream = scope.own(CudaStream.create());
      before = scope.own(CudaEvent.create());
      after = scope.own(CudaEvent.create());
      pool =
          scope.own(
              new DevicePool(
                  device,
                  shape,
                  new EngineOptions(Device.CUDA, slots, 1, format, 0, Long.MAX_VALUE),
                  0));
      projections = scope.own(DeviceMemory.allocate(4L * events.length));
      results =
          scope.own(
              DeviceMemory.allocate(4L * mostEvents * (3 * each + shape.heads() * model.keyDim())));
      tables = scope.own(DeviceMemory.allocate(16L * TABLES * mostEvents));
      observes = scope.own(DeviceMemory.allocate(mostEvents));
      staging = scope.own(PinnedMemory.allocate(Math.max(projections.bytes(), tables.bytes())));
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
    fill();
  }

  /** Slots that there are. */
  private void fill() {
    SplittableRandom random = new SplittableRandom(3);
    for (int slot = 0; slot < pool.slots(); slot++) {
      if (slot < RANDOM_SLOTS) {
        pool.write(slot, RandomWeights.gaussian(random, model.memory().floats(), 0.1), 0);
      } else {
        pool.copy(slot % RANDOM_SLOTS, slot, stream);
      }
    }
    FloatBuffer floats = staging.buffer().asFloatBuffer();
    floats.put(events);
    projections.upload(0, staging, 0, projections.bytes(), stream);
    stream.synchronize();
    for (int i = 0; i < mostEvents; i++) {
      staging.buffer().put(i, (byte) 1);
    }
    observes.upload(0, staging, 0, mostEvents, stream);
    stream.synchronize();
  }

  /** Times a kernel on batches of events in segments of one length. */
  Measurement measure(MemoryKernel kernel, int batch, int segmentEvents) {
    int segments = Math.max(1, batch / segmentEvents);
    int length = batch / segments;
    writeTables(segments, length);
    MemoryStep step = step();
    arguments.on(stream);
    double once = time(step, kernel, segments, WARM_UP);
    int launches = (int) Math.max(2, Math.min(1000, TARGET_MILLISECONDS * 1000 / once));
    double[] times = new double[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
      times[i] = time(step, kernel, segments, launches);
    }
    Arrays.sort(times);
    return new Measurement(times[REPEATS / 2], neededBytes(segments, length), segments * length);
  }

  private double time(MemoryStep step, MemoryKernel kernel, int segments, int launches) {
    before.record(stream);
    for (int i = 0; i < launches; i++) {
      step.segments = tables.address() + 16L * mostEvents * (i % TABLES);
      step.launch(kernel, arguments, 0, segments);
    }
    after.record(stream);
    stream.synchronize();
    return 1000 * CudaEvent.milliseconds(before, after) / launches;
  }

  private void writeTables(int segments, int length) {
    SplittableRandom random = new SplittableRandom(5);
    int[] slots = new int[pool.slots()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = i;
    }
    for (int t = 0; t < TABLES; t++) {
      for (int s = 0; s < segments; s++) {
        int other = s + random.nextInt(slots.length - s);
        int slot = slots[other];
        slots[other] = slots[s];
        slots[s] = slot;
        int at = 16 * (t * mostEvents + s);
        staging.buffer().putInt(at, slot);
        staging.buffer().putInt(at + 4, s * length);
        staging.buffer().putInt(at + 8, (s + 1) * length);
        staging.buffer().putInt(at + 12, 0);
      }
    }
    tables.upload(0, staging, 0, tables.bytes(), stream);
    stream.synchronize();
  }

  private MemoryStep step() {
    MemoryShape shape = model.memory();
    int keys = shape.heads() * model.keyDim();
    long each = 4L * mostEvents * shape.heads() * shape.columns();
    MemoryStep step = new MemoryStep(model);
    step.pool = pool.address();
    step.observes = observes.address();
    // Any bits are seeds.
    step.seeds = format == Storage.BF16 ? projections.address() : 0;
    step.projections = projections.address();
    step.projectionStride = stride;
    step.query = 0;
    step.key = keys;
    step.values = projections.address();
    step.valueStride = stride;
    step.value = 2 * keys;
    step.valueHeadStride = shape.columns();
    step.betas = projections.address();
    step.betaStride = stride;
    step.beta = stride - shape.heads();
    step.scale = model.config().readScale();
    step.reads = results.address();
    step.recalls = results.address() + each;
    step.deltas = results.address() + 2 * each;
    step.deltaStride = shape.heads() * shape.columns();
    step.keys = results.address() + 3 * each;
    step.keyStride = keys;
    return step;
  }

  /** Each row of W that a segment touches read once, each that it changes written once. */
  private double neededBytes(int segments, int length) {
    MemoryShape shape = model.memory();
    int sampled = Math.min(segments, 64);
    long rows = 0;
    float[] phi = new float[shape.rows()];
    for (int s = 0; s < sampled; s++) {
      for (int h = 0; h < shape.heads(); h++) {
        boolean[] read = new boolean[shape.rows()];
        boolean[] written = new boolean[shape.rows()];
        for (int e = s * length; e < (s + 1) * length; e++) {
          mark(phi, e * stride + (shape.heads() + h) * model.keyDim(), read, written);
          mark(phi, e * stride + h * model.keyDim(), read, null);
        }
        for (int i = 0; i < shape.rows(); i++) {
          rows += (read[i] ? 1 : 0) + (written[i] ? 1 : 0);
        }
      }
    }
    double perEvent = 4.0 * (stride + shape.heads() * (3 * shape.columns() + model.keyDim()));
    return (double) rows / sampled * segments * shape.columns() * format.bytes()
        + perEvent * segments * length;
  }

  private void mark(float[] phi, int at, boolean[] touched, boolean[] alsoTouched) {
    Dpfp.features(
        model.featureMap(), model.nu(), model.normalisation(), events, at, model.keyDim(), phi);
    for (int i = 0; i < phi.length; i++) {
      if (phi[i] != 0) {
        touched[i] = true;
        if (alsoTouched != null) {
          alsoTouched[i] = true;
        }
      }
    }
  }

  /** Nanoseconds of the host for one launch, without waiting for the device. */
  static double launchNanoseconds(CudaModule module, SlowModel model) {
    int count = 500;
    try (Scope scope = new Scope()) {
      CudaStream stream = scope.own(CudaStream.create());
      DeviceMemory memory = scope.own(DeviceMemory.allocate(1024));
      Arguments arguments = new Arguments();
      arguments.on(stream);
      LayerKernels layers = new LayerKernels(module, model, arguments);
      double best = Double.MAX_VALUE;
      for (int repeat = 0; repeat < REPEATS; repeat++) {
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
          layers.headMean(memory.address(), memory.address() + 512, 1, 1, 1);
        }
        best = Math.min(best, (double) (System.nanoTime() - begun) / count);
        stream.synchronize();
      }
      return best;
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
