package io.fastweights.operator.api;

import java.io.Serializable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Weights that were not taken; those before them go on serving.
 *
 * @param path of the weights file
 * @param version that it was to be
 * @param reason what is wrong with it, and what would be right
 */
public record RefusedModel(String path, long version, String reason) implements Serializable {

  /** Type information; no generic types. */
  public static TypeInformation<RefusedModel> type() {
    return Types.POJO(RefusedModel.class);
  }
}
