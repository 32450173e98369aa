package io.fastweights.jobs.demo;

import io.fastweights.kernels.model.AssociativeMemory;
import io.fastweights.kernels.model.ModelConfig.Normalisation;
import io.fastweights.kernels.schema.InputEncoder;
import io.fastweights.operator.api.FastWeightOptions;
import java.util.List;

/** The associative memory that the job gives an airport where no option says otherwise. */
public final class DemoModel {
  private DemoModel() {}

  public static AssociativeMemory associative() {
    List<Double> betas = FastWeightOptions.ASSOCIATIVE_BETAS.defaultValue();
    float[] rates = new float[betas.size()];
    for (int h = 0; h < rates.length; h++) {
      rates[h] = betas.get(h).floatValue();
    }
    return new AssociativeMemory(
        FastWeightOptions.ASSOCIATIVE_KEY_DIM.defaultValue(),
        FastWeightOptions.ASSOCIATIVE_NU.defaultValue(),
        DemoEvents.SCHEMA.target().dim(),
        rates,
        Normalisation.UNIT);
  }

  /** Makes the inputs of {@link #associative} of events. */
  public static InputEncoder encoder() {
    return InputEncoder.projection(
        DemoEvents.SCHEMA,
        associative().inputDim(),
        FastWeightOptions.ASSOCIATIVE_SEED.defaultValue());
  }
}
