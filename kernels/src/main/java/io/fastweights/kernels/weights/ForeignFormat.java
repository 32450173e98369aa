package io.fastweights.kernels.weights;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Common formats other than safetensors, recognised by their first bytes. */
final class ForeignFormat {
  /** Bytes of a file that are examined. */
  static final int BYTES = 256;

  private static final String CONVERT =
      "; in Python: safetensors.torch.save_file(torch.load(FILE, weights_only=True), ...)";

  private ForeignFormat() {}

  /**
   * A sentence about a file that does not begin with the length of a header.
   *
   * @param start the first bytes, at most {@link #BYTES}
   * @return null where they are of no format known here
   */
  static String describe(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    String lower = text.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("PK\3\4")) {
      return "is a zip archive, as torch.save writes, and no safetensors file" + CONVERT;
    }
    if (text.startsWith("\u0080\2") || text.startsWith("\u0080\4")) {
      return "is a Python pickle, as torch.save once wrote, and no safetensors file" + CONVERT;
    }
    if (text.startsWith("version https://git-lfs")) {
      return "is a pointer of Git LFS and not the file itself: 'git lfs pull' fetches it";
    }
    if (lower.startsWith("<!doctype") || lower.startsWith("<html")) {
      return "is an HTML page and no safetensors file: its address gave a page";
    }
    if (lower.startsWith("{")) {
      return lower.contains("weight_map") || lower.contains("\"metadata\"")
          ? "is the index of a file in parts: its name must end in "
              + ShardIndex.SUFFIX
              + ", and its parts must lie beside it"
          : "is a JSON text and no safetensors file";
    }
    if (text.startsWith("GGUF")) {
      return "is a GGUF file and no safetensors file";
    }
    if (text.startsWith("\u001f\u008b")) {
      return "is compressed by gzip: unpack it";
    }
    return text.startsWith("\u0089HDF") ? "is an HDF5 file and no safetensors file" : null;
  }
}
