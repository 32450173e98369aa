package io.fastweights.operator.api;

import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** POJO types of generic classes, whose element type only the stream knows. */
public final class Erased {
  private Erased() {}

  @SuppressWarnings({"unchecked", "rawtypes"})
  public static <P> TypeInformation<P> pojo(Class<?> type, Map<String, TypeInformation<?>> fields) {
    return (TypeInformation<P>) Types.POJO((Class) type, fields);
  }
}
