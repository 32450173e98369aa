package io.fastweights.jobs.flights;

import io.fastweights.kernels.model.ModelConfig;
import io.fastweights.kernels.model.ModelConfig.Architecture;
import io.fastweights.kernels.model.ModelConfig.Normalisation;

/**
 * A model of the flights.
 *
 * @param buckets that destination and time of departure are hashed into together, and with them
 *     more fields; 0 for none: a key then is of destination and time each by itself, and DPFP makes
 *     what is of both
 * @param epochs over the flights it is trained on
 */
public record FlightSetup(ModelConfig model, int buckets, double epochs) {

  /** The most accurate one: 184,320 floats for each airport. */
  public static final FlightSetup LARGE = new FlightSetup(model(72, 48, 40), 2048, 2);

  /** The one that comes with the demo: 63,488 floats for each airport. */
  public static final FlightSetup SMALL = new FlightSetup(model(48, 32, 31), 0, 1.2);

  public static ModelConfig model(int dim, int dimHead, int nu) {
    return ModelConfig.builder(Architecture.TRANSFORMER)
        .dim(dim)
        .heads(1)
        .dimHead(dimHead)
        .nu(nu)
        .ffMult(2)
        .normalisation(Normalisation.UNIT)
        .outputs(1)
        .build();
  }
}
