package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.Arguments;
import io.fastweights.kernels.model.LogShape;
import io.fastweights.kernels.model.MemoryShape;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.ModelConfig.FeatureMap;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.model.ModelConfig.UpdateRule;

/**
 * The argument {@code MemoryStep} of arguments.cuh: where one layer's memories, the events and the
 * results stand on the device. Addresses are of row 0; a view that is set anew for each layer.
 */
public final class MemoryStep {
  private static final int SUM_RULE = 1;
  private static final int ELU_PLUS_ONE = 2;
  private static final int UNIT_LENGTH = 4;
  static final int ASKS_WRITE = 8;

  private final Model model;
  private final MemoryShape shape;
  private final LogShape log;

  public long pool;
  public long segments;
  public long observes;

  /**
   * Address of the factors that multiply memories before each event: float[row], or with forget
   * gates float[row][heads]; 0 for none.
   */
  long fades;

  /** Address of what forget gates hold memories without: float[row][heads]; 0 for none. */
  long scales;

  /** Address of the seeds of the rounding: int[row]; 0 for memories in fp32. */
  public long seeds;

  /** The same of the rounding where a memory fades; 0 where they are {@link #seeds}. */
  long fadeSeeds;

  /** The index of this update within an event: the number of the layer. */
  int update;

  /** Keys and queries: float[row * projectionStride + key or query + head * d ...]. */
  public long projections;

  public int projectionStride;
  public int key;

  /** -1 if v_old is the answer and there is no query. */
  public int query;

  /** Values: float[row * valueStride + value + head * valueHeadStride ...]. */
  public long values;

  public int valueStride;
  public int value;
  public int valueHeadStride;

  /** Beta: float[row * betaStride + beta + head]; stride 0 where it is a constant of the head. */
  public long betas;

  public int betaStride;
  public int beta;

  /** float[row][heads][columns], or 0. */
  public long reads;

  /** v_old: float[row][heads][columns], or 0. */
  public long recalls;

  /** For the log, or 0. */
  public long keys;

  public long deltas;
  public int keyStride;
  int keyAt;
  public int deltaStride;
  int deltaAt;
  long layer;
  public float scale = 1;
  boolean sumRule;
  boolean asksWrite;

  public MemoryStep(Model model) {
    this.model = model;
    this.shape = model.memory();
    this.log = LogShape.of(model);
    this.sumRule = model.updateRule() == UpdateRule.SUM;
  }

  /** Lets the step of an update log its keys and deltas, if the batch wants them. */
  void logTo(InFlightBatch flight, int update) {
    keys = flight.keys();
    keyStride = log.keys();
    keyAt = update * log.heads() * log.keyDim();
    deltas = flight.deltas();
    deltaStride = log.deltas();
    deltaAt = update * log.heads() * log.columns();
  }

  /** Enqueues the step of {@code count} segments of the table, from {@code first} on. */
  public void launch(MemoryKernel kernel, Arguments arguments, int first, int count) {
    if (count == 0) {
      return;
    }
    arguments.begin();
    arguments.wide(pool).wide(segments).wide(observes).wide(fades).wide(scales);
    arguments.wide(seeds).wide(fadeSeeds == 0 ? seeds : fadeSeeds);
    arguments.wide(projections).wide(values).wide(betas);
    arguments.wide(reads).wide(recalls).wide(keys).wide(deltas);
    arguments.wide(shape.floats()).wide(layer);
    arguments
        .integer(count)
        .integer(shape.heads())
        .integer(model.keyDim())
        .integer(model.nu())
        .integer(model.features())
        .integer(shape.columns())
        .integer(kernel.tiles())
        .integer(shape.headFloats())
        .integer(projectionStride)
        .integer(query)
        .integer(key)
        .integer(valueStride)
        .integer(value)
        .integer(valueHeadStride)
        .integer(betaStride)
        .integer(beta)
        .integer(keyStride)
        .integer(keyAt)
        .integer(deltaStride)
        .integer(deltaAt)
        .integer(log.columns())
        .real(scale)
        .integer(options())
        .integer(first)
        .integer(update);
    arguments.launch(
        kernel.function(),
        kernel.name(),
        kernel.blocks(count, shape.heads()),
        1,
        kernel.threads(),
        kernel.sharedBytes());
  }

  private int options() {
    return (sumRule ? SUM_RULE : 0)
        | (model.featureMap() == FeatureMap.ELU_PLUS_ONE ? ELU_PLUS_ONE : 0)
        | (model.normalisation() == Normalisation.UNIT ? UNIT_LENGTH : 0)
        | (asksWrite ? ASKS_WRITE : 0);
  }
}
