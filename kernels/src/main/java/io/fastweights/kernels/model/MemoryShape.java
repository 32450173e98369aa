package io.fastweights.kernels.model;

import java.util.Locale;

/**
 * The shape of one key's memory: float[layers][heads][rows][columns], row-major, zero at first.
 *
 * <p>A head is a fast-weight matrix W of {@code rows} (the feature dimension E of phi) by {@code
 * columns} (the dimension of a value). Schlag et al. 2021, section 3.1.
 *
 * @param layers memories kept for a key: the depth of the model, or 1 where layers share one
 * @param heads heads of a layer
 * @param rows E, the features of phi
 * @param columns the dimension of a value
 */
public record MemoryShape(int layers, int heads, int rows, int columns) {

  public MemoryShape {
    Checks.positive("layers", layers);
    Checks.positive("heads", heads);
    Checks.positive("rows", rows);
    Checks.positive("columns", columns);
    Checks.fitsAnArray("a memory", layers, heads, rows, columns);
  }

  /** Floats of one head's W. */
  public int headFloats() {
    return rows * columns;
  }

  /** Floats of one layer. */
  public int layerFloats() {
    return heads * headFloats();
  }

  /** Floats of the whole memory of one key. */
  public int floats() {
    return layers * layerFloats();
  }

  /** Offset of a head's W in the memory of its key. */
  public int offset(int layer, int head) {
    return (layer * heads + head) * headFloats();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "[%d, %d, %d, %d]", layers, heads, rows, columns);
  }
}
