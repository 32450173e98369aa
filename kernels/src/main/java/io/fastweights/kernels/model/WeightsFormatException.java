package io.fastweights.kernels.model;

import io.fastweights.kernels.weights.Safetensors;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * A weights file is invalid. The message names the file, the tensor, and what was found beside what
 * is allowed.
 */
public final class WeightsFormatException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_MESSAGE = 2000;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** The kind of error in the file. */
  public enum Kind {
    /** The file ends before its header does. */
    TRUNCATED,
    /** The file is of another format; the message says which. */
    OTHER_FORMAT,
    /** The header is larger than {@link Safetensors#MAX_HEADER}. */
    HEADER_TOO_LARGE,
    /** The header is not the JSON object that safetensors asks for. */
    HEADER_MALFORMED,
    /** There are more than {@link Safetensors#MAX_TENSORS}. */
    TOO_MANY_TENSORS,
    /** Two tensors have one name. */
    DUPLICATE_TENSOR,
    /** A dtype that safetensors does not know. */
    UNKNOWN_DTYPE,
    /** A tensor's bytes are not its shape times its dtype. */
    WRONG_LENGTH,
    /** A tensor's offsets leave the file. */
    OUTSIDE_FILE,
    /** Two tensors share bytes. */
    OVERLAP,
    /** Bytes between two tensors belong to neither. */
    GAP,
    /** Bytes after the last tensor. */
    TRAILING_BYTES,
    /** A tensor has another dtype than the one asked for. */
    WRONG_DTYPE,
    /** A tensor of the model is not in the file. */
    MISSING_TENSOR,
    /** A tensor of the file is not in the model. */
    SURPLUS_TENSOR,
    /** A tensor has another shape than the model's. */
    WRONG_SHAPE,
    /** A weight is NaN or infinite. */
    NOT_FINITE,
    /** A metadata value that is not one of those allowed. */
    BAD_METADATA,
    /** A hyper-parameter is in neither the metadata nor the tensors. */
    MISSING_METADATA,
    /** The checksum in the metadata differs. */
    WRONG_CHECKSUM
  }

  private final Kind kind;
  private final String tensor;

  /**
   * @param file the file's name, for the message
   * @param tensor the tensor's name, or null where the error is not one tensor's
   * @param problem a sentence that names the tensor, what was found and what is allowed
   */
  public WeightsFormatException(Kind kind, String file, String tensor, String problem) {
    super(printable(file + ": " + problem));
    this.kind = kind;
    this.tensor = tensor;
  }

  public Kind kind() {
    return kind;
  }

  /** The tensor's name as it stands in the file, or null where the error is not one tensor's. */
  public String tensor() {
    return tensor;
  }

  /** Names come from the file: they may be long, and must not break a log's lines. */
  private static String printable(String message) {
    String clipped =
        message.length() <= LONGEST_MESSAGE
            ? message
            : message.substring(0, LONGEST_MESSAGE) + "...";
    return CONTROL.matcher(clipped).replaceAll("?");
  }
}
