package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.DeviceNetwork.Layer;
import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.cuda.driver.CudaStream;
import io.fastweights.kernels.engine.EventBatch;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.ModelConfig.BetaGate;
import io.fastweights.kernels.model.ModelConfig.MemoryScope;
import io.fastweights.kernels.model.SlowModel;

/**
 * A batch through a model with slow weights: layer by layer over all its events, or over those of a
 * pass where layers share one memory ({@link BatchPlan}).
 */
final class SlowForward implements Forward {
  private final SlowModel slow;
  private final DeviceNetwork network;
  private final DevicePool pool;
  private final Workspace workspace;
  private final LayerKernels layers;
  private final DenseLayer products;
  private final MemoryKernel kernel;
  private final ForgetGates gates;
  private final Arguments arguments;
  private final MemoryStep memory;
  private final boolean shared;

  /**
   * @param gates of a model with forget gates, or null
   */
  SlowForward(
      SlowModel slow,
      DeviceNetwork network,
      DevicePool pool,
      Workspace workspace,
      LayerKernels layers,
      DenseLayer products,
      MemoryKernel kernel,
      ForgetGates gates,
      Arguments arguments) {
    this.slow = slow;
    this.network = network;
    this.pool = pool;
    this.workspace = workspace;
    this.layers = layers;
    this.products = products;
    this.kernel = kernel;
    this.gates = gates;
    this.arguments = arguments;
    this.memory = new MemoryStep(slow);
    this.shared = slow.config().memoryScope() == MemoryScope.SHARED;
  }

  @Override
  public void enqueue(InFlightBatch flight) {
    BatchPlan plan = flight.plan();
    memory.pool = pool.address();
    memory.segments = flight.segments();
    memory.observes = flight.observes();
    memory.seeds = flight.seeds();
    memory.asksWrite = shared;
    zeroFreshIfShared(flight);
    for (int pass = 0; pass < plan.passes(); pass++) {
      copyToScratch(plan, pass, flight.stream());
      Rows rows = new Rows(flight, plan.firstRow(pass), plan.endRow(pass));
      for (int l = 0; l < network.layers().size(); l++) {
        Layer layer = network.layers().get(l);
        project(layer, l, rows);
        int first = plan.firstSegment(pass);
        int count = plan.endSegment(pass) - first;
        if (gates == null) {
          // Layers that share a memory fade it once, before the first of them.
          memory.fades = l == 0 || !shared ? flight.fades() : 0;
        } else {
          forget(layer, first, count);
        }
        memory.launch(kernel, arguments, first, count);
        layers.recallError(
            memory,
            flight.recallErrors(),
            rows.from,
            rows.to,
            slow.memory().heads(),
            slow.memory().columns(),
            l == 0,
            l == network.layers().size() - 1 ? slow.updates() * slow.memory().heads() : 0,
            true);
        mix(layer, rows);
      }
    }
    readOut(flight);
  }

  /** The hidden vectors normed, and the outputs. */
  private void readOut(InFlightBatch flight) {
    int dim = slow.config().dim();
    int size = flight.batch().size();
    long hidden = flight.hidden();
    if (network.norm() != null) {
      layers.norm(network.norm(), hidden, 0, hidden, size, dim);
    }
    if (network.head() != null) {
      products.dense(
          network.head(),
          hidden,
          dim,
          0,
          flight.outputs(),
          slow.outputDim(),
          size,
          false,
          DenseLayer.NO_SIGMOID);
    }
  }

  private void zeroFreshIfShared(InFlightBatch flight) {
    EventBatch batch = flight.batch();
    for (int s = 0; shared && s < batch.segments(); s++) {
      if (batch.fresh(s)) {
        pool.zero(batch.slot(s), flight.stream());
      }
    }
  }

  private void copyToScratch(BatchPlan plan, int pass, CudaStream stream) {
    for (int s = plan.firstSegment(pass); shared && s < plan.endSegment(pass); s++) {
      if (plan.copyOf(s) >= 0) {
        pool.copy(plan.copyOf(s), plan.slot(s), stream);
      }
    }
  }

  private void forget(Layer layer, int first, int count) {
    memory.fades = workspace.fades();
    memory.scales = workspace.scales();
    gates.ofProjections(
        memory,
        workspace.projections(),
        workspace.projectionStride(),
        layer.forget(),
        first,
        count);
  }

  /** q, k, v and beta of the rows, and where the memory step finds them. */
  private void project(Layer layer, int l, Rows rows) {
    MemoryShape shape = slow.memory();
    int dim = slow.config().dim();
    long u = rows.x(dim);
    if (layer.attentionNorm() != null && slow.config().preNorm()) {
      layers.norm(layer.attentionNorm(), u, 0, rows.of(workspace.normed(), dim), rows.count(), dim);
      u = rows.of(workspace.normed(), dim);
    }
    int stride = workspace.projectionStride();
    products.dense(
        layer.projection(),
        u,
        dim,
        0,
        rows.of(workspace.projections(), stride),
        stride,
        rows.count(),
        false,
        slow.config().betaGate() == BetaGate.SIGMOID ? layer.beta() : DenseLayer.NO_SIGMOID);
    int keys = shape.heads() * slow.keyDim();
    memory.projections = workspace.projections();
    memory.projectionStride = stride;
    memory.query = 0;
    memory.key = keys;
    memory.values = workspace.projections();
    memory.valueStride = stride;
    memory.value = 2 * keys;
    memory.valueHeadStride = shape.columns();
    memory.betas = workspace.projections();
    memory.betaStride = stride;
    memory.beta = layer.beta();
    memory.reads = workspace.reads();
    memory.recalls = workspace.recalls();
    memory.scale = slow.config().readScale();
    memory.update = l;
    memory.layer = (long) (shared ? 0 : l) * shape.layerFloats();
    memory.logTo(rows.flight, l);
  }

  /** The read-outs mixed, added to the residual stream, and the feed-forward block. */
  private void mix(Layer layer, Rows rows) {
    int dim = slow.config().dim();
    int read = slow.memory().heads() * slow.memory().columns();
    int count = rows.count();
    long reads = rows.of(workspace.reads(), read);
    long mixed = rows.of(workspace.mixed(), dim);
    long hidden = rows.of(rows.flight.hidden(), dim);
    int none = DenseLayer.NO_SIGMOID;
    if (layer.feedForwardIn() == null) {
      products.dense(layer.out(), reads, read, 0, hidden, dim, count, false, none);
      return;
    }
    boolean preNorm = slow.config().preNorm();
    long x = rows.x(dim);
    long normed = rows.of(workspace.normed(), dim);
    if (preNorm) {
      products.dense(layer.out(), reads, read, x, hidden, dim, count, false, none);
      layers.norm(layer.feedForwardNorm(), hidden, 0, normed, count, dim);
    } else {
      products.dense(layer.out(), reads, read, 0, mixed, dim, count, false, none);
      layers.norm(layer.attentionNorm(), mixed, x, hidden, count, dim);
    }
    rows.begun = true;
    int wide = layer.feedForwardIn().out();
    long inner = rows.of(workspace.wide(), wide);
    products.dense(
        layer.feedForwardIn(), preNorm ? normed : hidden, dim, 0, inner, wide, count, true, none);
    if (preNorm) {
      products.dense(layer.feedForwardOut(), inner, wide, hidden, hidden, dim, count, false, none);
    } else {
      products.dense(layer.feedForwardOut(), inner, wide, 0, mixed, dim, count, false, none);
      layers.norm(layer.feedForwardNorm(), mixed, hidden, hidden, count, dim);
    }
  }

  /** Rows of a batch that pass through the layers together. */
  private static final class Rows {
    final InFlightBatch flight;
    final int from;
    final int to;

    /** True once the residual stream is in the hidden vectors; before, it is in the inputs. */
    boolean begun;

    Rows(InFlightBatch flight, int from, int to) {
      this.flight = flight;
      this.from = from;
      this.to = to;
    }

    int count() {
      return to - from;
    }

    /** The residual stream. */
    long x(int dim) {
      return of(begun ? flight.hidden() : flight.inputs(), dim);
    }

    /** Address of the rows in float[row][each]. */
    long of(long address, int each) {
      return address + (long) from * each * Float.BYTES;
    }
  }
}
