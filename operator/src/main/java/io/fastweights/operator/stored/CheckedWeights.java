package io.fastweights.operator.stored;

import java.util.Locale;
import org.apache.flink.annotation.Internal;

/**
 * Validated weights, as sent to every subtask and stored in checkpoints: with the bytes of their
 * file, so that nothing depends on the file any more. Their class is not named in savepoints, but
 * its fields' names are in those that {@link io.fastweights.operator.CheckedModel} reads.
 */
@Internal
public class CheckedWeights {
  private String path;
  private long version;
  private long generation;
  private String sha256;
  private byte[] bytes;

  /** For the reader of the POJO format. */
  public CheckedWeights() {}

  /**
   * @param path that the file was read from
   * @param version of the weights
   * @param generation of the memories that the weights work on: the version of the last weights
   *     that began with empty ones, or 0
   * @param sha256 of the bytes, in hexadecimal digits
   * @param bytes the file, never changed
   */
  public CheckedWeights(String path, long version, long generation, String sha256, byte[] bytes) {
    this.path = path;
    this.version = version;
    this.generation = generation;
    this.sha256 = sha256;
    this.bytes = bytes;
  }

  /** Path that the file was read from. */
  public String path() {
    return path;
  }

  /** The version of the weights. */
  public long version() {
    return version;
  }

  /** The version of the last weights that began with empty memories, or 0. */
  public long generation() {
    return generation;
  }

  /** The file's SHA-256, in hexadecimal digits. */
  public String sha256() {
    return sha256;
  }

  /** The file, not copied. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "version %d, %s (SHA-256 %s)", version, path, sha256);
  }
}
