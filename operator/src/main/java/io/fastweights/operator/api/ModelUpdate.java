package io.fastweights.operator.api;

import java.io.Serializable;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Request to a running job to use other weights: an element of the stream that {@code
 * FastWeights.refresh} takes.
 *
 * @param path of the weights file, on any file system that Flink supports
 * @param version above the version in use; the job's own weights are version 0
 * @param otherShape action if the memories of the keys do not fit the new weights
 * @param sha256 of the file, in hexadecimal digits; null accepts any file
 */
@PublicEvolving
public record ModelUpdate(String path, long version, OtherShape otherShape, String sha256)
    implements Serializable {

  /**
   * Action for weights that do not fit the stored memories: other layers, heads or widths, or
   * another feature map.
   */
  public enum OtherShape {
    /** Refuse the weights. */
    REFUSE,
    /** Take the weights; every key begins with an empty memory. */
    RESET
  }

  /** Weights that keep what the keys have learned, or are refused. */
  public static ModelUpdate of(String path, long version) {
    return new ModelUpdate(path, version, OtherShape.REFUSE, null);
  }

  /** The same, but memories that do not fit the weights are reset. */
  public ModelUpdate orReset() {
    return new ModelUpdate(path, version, OtherShape.RESET, sha256);
  }

  /** The same, of a file with this digest only. */
  public ModelUpdate withSha256(String digest) {
    return new ModelUpdate(path, version, otherShape, digest);
  }

  /** Type information; no generic types. */
  public static TypeInformation<ModelUpdate> type() {
    return Types.POJO(ModelUpdate.class);
  }
}
