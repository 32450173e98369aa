package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaDevice;
import io.fastweights.kernels.cuda.driver.CudaEvent;
import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.cuda.driver.Scope;
import io.fastweights.kernels.engine.Engine;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.engine.EngineOptions;
import io.fastweights.kernels.engine.EngineOptions.DenseProducts;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.engine.MemoryPool;
import io.fastweights.kernels.engine.SavedMemory;
import io.fastweights.kernels.math.Network;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.LoggedEvents;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.SlowModel;
import io.fastweights.kernels.model.Storage;
import java.util.List;

/**
 * Steps memories that live in a GPU's memory: layer by layer over the whole batch, as {@link
 * io.fastweights.kernels.cpu.CpuEngine} does, and with its order of arithmetic. Two batches can be
 * in flight: while the device works on one the caller fills the other.
 */
public final class CudaEngine implements Engine {
  /** Most asked events of a pass where layers share a memory. */
  private static final int SCRATCH_SLOTS = 32;

  private static final int FLIGHTS = 2;

  private final Model model;
  private final boolean half;
  private final Scope scope = new Scope();
  private final CudaDevice device;
  private final DevicePool pool;
  private final Workspace workspace;
  private final Arguments arguments = new Arguments();
  private final Forward forward;
  private final MemoryRestore restoring;
  private final InFlightBatch[] flights = new InFlightBatch[FLIGHTS];
  private int next;
  private CudaEvent lastComputed;
  private long bytesIn;
  private long bytesOut;

  /**
   * Takes device memory for the pool, loads the kernels, and uploads the slow weights.
   *
   * @throws EngineException if the device is unavailable or has too little memory, or has no kernel
   *     of the model's update rule
   */
  public CudaEngine(Model model, EngineOptions options) {
    if (!model.updateRule().onDevices()) {
      throw new EngineException("engine CUDA has no kernel of update rule " + model.updateRule());
    }
    this.model = model;
    boolean shared =
        model instanceof SlowModel slow && slow.config().memoryScope() == MemoryScope.SHARED;
    half = options.storage() == Storage.BF16;
    try {
      device = scope.own(CudaDevice.acquire(options.deviceIndex()));
      device.makeCurrent();
      CudaModule module = scope.own(CudaModule.load());
      int scratch = shared ? SCRATCH_SLOTS : 0;
      pool = scope.own(new DevicePool(device, model.memory(), options, scratch));
      MemoryKernel kernel =
          MemoryKernel.direct(module, model, options.storage(), device.sharedBytes());
      workspace = scope.own(new Workspace(model));
      ForgetGates gates = model.forgets() ? new ForgetGates(module, model, half, arguments) : null;
      forward = forward(new LayerKernels(module, model, arguments), kernel, gates, options);
      restoring = scope.own(new MemoryRestore(model, half, kernel, gates, arguments));
      for (int i = 0; i < FLIGHTS; i++) {
        BatchPlan plan = new BatchPlan(shared, pool.slots(), scratch);
        flights[i] = scope.own(new InFlightBatch(model, half, plan));
      }
    } catch (RuntimeException e) {
      throw scope.closeAfter(e);
    }
  }

  private Forward forward(
      LayerKernels layers, MemoryKernel kernel, ForgetGates gates, EngineOptions options) {
    CudaStream setUp = scope.own(CudaStream.create());
    if (model instanceof AssociativeMemory associative) {
      return new AssociativeForward(associative, pool, workspace, setUp, layers, kernel, arguments);
    }
    SlowModel slow = (SlowModel) model;
    DeviceNetwork network = scope.own(new DeviceNetwork(Network.of(slow), setUp));
    DenseLayer products =
        options.denseProducts() == DenseProducts.CUBLAS ? cublas(network, layers) : layers;
    return new SlowForward(
        slow, network, pool, workspace, layers, products, kernel, gates, arguments);
  }

  private DenseLayer cublas(DeviceNetwork network, LayerKernels layers) {
    CublasProducts products = CublasProducts.orNull(network.matrices(), layers, arguments);
    return products == null ? layers : scope.own(products);
  }

  @Override
  public String name() {
    return "cuda " + device.name();
  }

  @Override
  public Model model() {
    return model;
  }

  @Override
  public MemoryPool pool() {
    return pool;
  }

  @Override
  public int mostInFlight() {
    return FLIGHTS;
  }

  @Override
  public void step(EventBatch batch) {
    submit(batch);
    complete(batch);
  }

  @Override
  public void submit(EventBatch batch, Runnable stepped) {
    if (batch.size() == 0) {
      return;
    }
    if (half) {
      batch.requireNumbers();
    }
    InFlightBatch flight = flights[next];
    if (flight.batch() != null) {
      throw new IllegalStateException(FLIGHTS + " batches are in flight: complete one first");
    }
    device.makeCurrent();
    try {
      workspace.reserve(batch.capacity(), flights);
      flight.begin(batch);
      if (lastComputed != null) {
        flight.stream().await(lastComputed);
      }
      arguments.on(flight.stream());
      forward.enqueue(flight);
      flight.computed().record(flight.stream());
      lastComputed = flight.computed();
      pool.after(lastComputed);
      flight.enqueueResults();
      bytesIn += flight.bytesIn();
      bytesOut += flight.bytesOut();
    } catch (EngineException e) {
      flight.abandon(e);
      throw e;
    }
    next = (next + 1) % FLIGHTS;
  }

  @Override
  public void complete(EventBatch batch) {
    if (batch.size() == 0) {
      return;
    }
    for (InFlightBatch flight : flights) {
      if (flight.batch() == batch) {
        device.makeCurrent();
        try {
          flight.complete();
        } catch (EngineException e) {
          flight.abandon(e);
          throw e;
        }
        return;
      }
    }
    throw new IllegalStateException("the batch is not in flight");
  }

  @Override
  public void replay(int slot, LoggedEvents events) {
    pool.check(slot);
    device.makeCurrent();
    restoring.replay(pool, lastComputed, slot, events);
  }

  @Override
  public void restore(List<SavedMemory> memories) {
    memories.forEach(memory -> pool.check(memory.slot()));
    device.makeCurrent();
    restoring.restore(pool, lastComputed, memories);
  }

  /** Bytes copied to the device for batches so far. */
  public long bytesIn() {
    return bytesIn;
  }

  /** Bytes copied from the device for batches so far. */
  public long bytesOut() {
    return bytesOut;
  }

  /** Kernels launched so far. */
  public long launches() {
    return arguments.launches();
  }

  @Override
  public void close() {
    device.close(scope);
  }
}
