package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.MemoryShape;

/** A batch through an associative memory: v_old, averaged over heads, is the answer. */
final class AssociativeForward implements Forward {
  private final AssociativeMemory associative;
  private final DevicePool pool;
  private final Workspace workspace;
  private final CudaStream setUp;
  private final LayerKernels layers;
  private final MemoryKernel kernel;
  private final Arguments arguments;
  private final MemoryStep memory;

  /**
   * @param setUp stream that uploads the constants
   */
  AssociativeForward(
      AssociativeMemory associative,
      DevicePool pool,
      Workspace workspace,
      CudaStream setUp,
      LayerKernels layers,
      MemoryKernel kernel,
      Arguments arguments) {
    this.associative = associative;
    this.pool = pool;
    this.workspace = workspace;
    this.setUp = setUp;
    this.layers = layers;
    this.kernel = kernel;
    this.arguments = arguments;
    this.memory = new MemoryStep(associative);
  }

  @Override
  public void enqueue(InFlightBatch flight) {
    MemoryShape shape = associative.memory();
    memory.pool = pool.address();
    memory.segments = flight.segments();
    memory.observes = flight.observes();
    memory.fades = flight.fades();
    memory.seeds = flight.seeds();
    memory.projections = flight.inputs();
    memory.projectionStride = associative.inputDim();
    memory.query = -1;
    memory.key = 0;
    memory.values = flight.targets();
    memory.valueStride = shape.columns();
    memory.value = 0;
    memory.valueHeadStride = 0;
    memory.betas = workspace.betas(associative, setUp);
    memory.betaStride = 0;
    memory.beta = 0;
    memory.reads = 0;
    memory.recalls = workspace.recalls();
    memory.layer = 0;
    memory.logTo(flight, 0);
    memory.launch(kernel, arguments, 0, flight.plan().segments());
    int n = flight.batch().size();
    layers.headMean(workspace.recalls(), flight.hidden(), n, shape.heads(), shape.columns());
    layers.recallError(
        memory,
        flight.recallErrors(),
        0,
        n,
        shape.heads(),
        shape.columns(),
        true,
        shape.heads(),
        false);
  }
}
