package io.fastweights.operator.api;

import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.annotation.Internal;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** POJO types of generic records, whose element type only the stream knows. */
@Internal
public final class Erased {
  private Erased() {}

  /**
   * The type of a record.
   *
   * @param element type of the component that is generic; null if none is
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static <P> TypeInformation<P> pojo(Class<?> type, TypeInformation<?> element) {
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      fields.put(
          component.getName(),
          component.getGenericType() instanceof Class<?> plain
              ? TypeInformation.of(plain)
              : element);
    }
    return (TypeInformation<P>) Types.POJO((Class) type, fields);
  }
}
