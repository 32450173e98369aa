package io.fastweights.kernels.cuda;

import io.fastweights.kernels.cuda.driver.CudaModule;
import io.fastweights.kernels.engine.EngineException;
import io.fastweights.kernels.model.Model;
import io.fastweights.kernels.model.Storage;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.CUfunction;

/**
 * One layout of the memory step: {@code lanes} lanes of a warp take a tile of a head's columns
 * through a segment. All layouts give the same bits.
 *
 * @param name the kernel
 * @param warps warps of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param tiles tiles of a head's columns
 */
public record MemoryKernel(
    String name, CUfunction function, int lanes, int warps, int sharedBytes, int tiles) {
  private static final int WARP = 32;
  private static final int MOST_WARPS = 4;

  /** Bytes of a listed row: {@code Feature} and its place. */
  private static final int LISTED_BYTES = 12;

  /** Rows per listed chunk. */
  private static final int CHUNK = 8;

  /** Above this a kernel must ask the driver for its shared memory. */
  private static final int USUAL_SHARED_BYTES = 48 << 10;

  private static final Pattern NAME =
      Pattern.compile("direct_(fp32|bf16)_(\\d+)x(\\d+)(?:_kept(\\d+))?(?:_.*)?");

  /**
   * The kernel for a model's memories.
   *
   * @throws EngineException if the features of a key do not fit into shared memory
   */
  public static MemoryKernel direct(
      CudaModule module, Model model, Storage storage, int mostShared) {
    MemoryKernel kernel = of(module, model, nameFor(model, storage), mostShared);
    if (kernel == null) {
      throw new EngineException(
          String.format(
              Locale.ROOT,
              "phi has %d features: more than the device's %d bytes of shared memory can hold",
              model.features(),
              mostShared));
    }
    return kernel;
  }

  private static String nameFor(Model model, Storage storage) {
    int columns = model.memory().columns();
    String layout;
    if (columns % 2 != 0) {
      layout = columns <= 8 ? "1x8" : "1x32";
    } else if (columns <= 32) {
      layout = columns <= 16 ? "2x8" : "2x16";
    } else {
      layout = storage == Storage.FP32 ? "2x32_kept24" : "2x32_kept32";
      layout += model.forgets() ? "_gated" : "";
    }
    return String.format(
        Locale.ROOT, "direct_%s_%s", storage.name().toLowerCase(Locale.ROOT), layout);
  }

  /** A kernel by its name. Null where a warp of it needs more shared memory than there is. */
  public static MemoryKernel of(CudaModule module, Model model, String name, int mostShared) {
    Matcher layout = NAME.matcher(name);
    if (!layout.matches()) {
      throw new IllegalArgumentException(name + " is not the name of a memory step");
    }
    int vector = Integer.parseInt(layout.group(2));
    int lanes = Integer.parseInt(layout.group(3));
    int tile = vector * lanes;
    int perWarp = WARP / lanes * groupBytes(layout, model, tile);
    if (perWarp > mostShared) {
      return null;
    }
    // A block that needs more than the usual shared memory is one warp: small blocks pack better.
    int warps = MOST_WARPS * perWarp <= USUAL_SHARED_BYTES ? MOST_WARPS : 1;
    int shared = warps * perWarp;
    return new MemoryKernel(
        name,
        module.function(name, shared > USUAL_SHARED_BYTES ? shared : 0),
        lanes,
        warps,
        shared,
        (model.memory().columns() + tile - 1) / tile);
  }

  /** Shared memory of the lanes that own a tile: see {@code space} of direct.cuh. */
  private static int groupBytes(Matcher layout, Model model, int tile) {
    int rectified = 4 * ((model.keyDim() + 3) / 4 * 4) * Float.BYTES;
    int listed = (model.features() + CHUNK - 1) / CHUNK * CHUNK * LISTED_BYTES;
    int element = layout.group(1).equals("fp32") ? Float.BYTES : Short.BYTES;
    int kept = layout.group(4) == null ? 0 : Integer.parseInt(layout.group(4)) * tile * element;
    return listed + rectified + kept;
  }

  /** Blocks that step this many segments. */
  int blocks(int segments, int heads) {
    long work = (long) segments * heads * tiles;
    int perBlock = warps * (WARP / lanes);
    return Math.toIntExact((work + perBlock - 1) / perBlock);
  }

  int threads() {
    return warps * WARP;
  }
}
