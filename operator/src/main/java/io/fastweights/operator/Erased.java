package io.fastweights.operator;

import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** POJO types of generic classes, whose element type only the stream knows. */
final class Erased {
  private Erased() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  static <P> TypeInformation<P> pojo(Class<?> type, Map<String, TypeInformation<?>> fields) {
    return (TypeInformation<P>) Types.POJO((Class) type, fields);
  }
}
