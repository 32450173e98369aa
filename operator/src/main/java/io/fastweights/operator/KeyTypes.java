package io.fastweights.operator;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.flink.api.common.typeinfo.BasicArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.CompositeType;
import org.apache.flink.api.java.typeutils.EitherTypeInfo;
import org.apache.flink.api.java.typeutils.EnumTypeInfo;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.api.java.typeutils.ListTypeInfo;
import org.apache.flink.api.java.typeutils.MapTypeInfo;
import org.apache.flink.api.java.typeutils.ObjectArrayTypeInfo;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;

/**
 * Types whose values may be keys of a stream. Flink sends an event to the key group of its key's
 * hash code. If another JVM computes a different one, a restored key does not find its memory.
 * Flink refuses such types as keys, but not as a field of a record or POJO.
 */
final class KeyTypes {
  private KeyTypes() {}

  /**
   * Checks the type of a stream's keys.
   *
   * @throws IllegalArgumentException if it has a part whose hash code or bytes are not the same in
   *     every JVM; names the part
   */
  static void check(TypeInformation<?> key) {
    check(key, key, "");
  }

  private static void check(TypeInformation<?> key, TypeInformation<?> part, String path) {
    String reason = reason(part);
    if (reason != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "keys of type %s cannot find their memories after a restart: %s is %s of type %s, whose"
                  + " %s; make the key of texts and numbers",
              key.getTypeClass().getName(),
              path.isEmpty() ? "the key" : "field " + path.substring(1),
              reason.split(": ")[0],
              part.getTypeClass().getName(),
              reason.split(": ")[1]));
    }
    parts(part).forEach((name, type) -> check(key, type, path + "." + name));
  }

  private static String reason(TypeInformation<?> type) {
    if (type instanceof EnumTypeInfo) {
      return "an enum: hash code is another one in each JVM";
    }
    if (type instanceof PrimitiveArrayTypeInfo
        || type instanceof BasicArrayTypeInfo
        || type instanceof ObjectArrayTypeInfo) {
      return "an array: hash code is that of the object and not of its elements";
    }
    if (type instanceof GenericTypeInfo && type.getTypeClass() != UUID.class) {
      return "a value that Kryo serializes: hash code and bytes Flink does not know";
    }
    return null;
  }

  private static Map<String, TypeInformation<?>> parts(TypeInformation<?> type) {
    Map<String, TypeInformation<?>> parts = new LinkedHashMap<>();
    if (type instanceof PojoTypeInfo<?> pojo) {
      for (int i = 0; i < pojo.getArity(); i++) {
        parts.put(
            pojo.getPojoFieldAt(i).getField().getName(),
            pojo.getPojoFieldAt(i).getTypeInformation());
      }
    } else if (type instanceof CompositeType<?> composite) {
      for (int i = 0; i < composite.getArity(); i++) {
        parts.put(composite.getFieldNames()[i], composite.getTypeAt(i));
      }
    } else if (type instanceof ListTypeInfo<?> list) {
      parts.put("element", list.getElementTypeInfo());
    } else if (type instanceof MapTypeInfo<?, ?> map) {
      parts.put("key", map.getKeyTypeInfo());
      parts.put("value", map.getValueTypeInfo());
    } else if (type instanceof EitherTypeInfo<?, ?> either) {
      parts.put("left", either.getLeftType());
      parts.put("right", either.getRightType());
    }
    return parts;
  }
}
