package io.fastweights.operator.api;

import java.io.Serializable;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Weights that were refused; the previous weights stay in use.
 *
 * @param path of the weights file
 * @param version of the refused weights
 * @param reason of the refusal, with a valid alternative
 */
@PublicEvolving
public record RefusedModel(String path, long version, String reason) implements Serializable {

  /** Type information; no generic types. */
  public static TypeInformation<RefusedModel> type() {
    return Types.POJO(RefusedModel.class);
  }
}
