package io.fastweights.kernels.schema;

import java.util.Locale;

/** Names of the tensors that hold the embeddings of fields and of the lagged target. */
final class EmbeddingNames {
  private EmbeddingNames() {}

  static String of(Field field) {
    return "embedding." + escaped(field.name()) + ".weight";
  }

  static String ofLag(Field field) {
    return "embedding.lag." + escaped(field.name()) + ".weight";
  }

  static String ofLag(Target target) {
    return "embedding.lag.target." + escaped(target.name()) + ".weight";
  }

  /** A name as a part of a tensor's: all but ASCII letters, digits and _ as %, then its code. */
  private static String escaped(String name) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain = c == '_' || c < 0x80 && Character.isLetterOrDigit(c);
      escaped.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%04X", (int) c));
    }
    return escaped.toString();
  }
}
