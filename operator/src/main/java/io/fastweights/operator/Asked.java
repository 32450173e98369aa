package io.fastweights.operator;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/** The answer to an ask that waits for its label. */
public final class Asked {
  private float[] values;
  private long timestamp;
  private long expires;

  /** For Flink's serializer. */
  public Asked() {}

  Asked(float[] values, long timestamp, long expires) {
    this.values = values;
    this.timestamp = timestamp;
    this.expires = expires;
  }

  /** What was predicted. */
  float[] values() {
    return values;
  }

  /** The ask's time. */
  long timestamp() {
    return timestamp;
  }

  /** When it is forgotten, in processing time. */
  long expires() {
    return expires;
  }

  static TypeInformation<Asked> type() {
    Map<String, TypeInformation<?>> fields = new HashMap<>();
    fields.put("values", Types.PRIMITIVE_ARRAY(Types.FLOAT));
    fields.put("timestamp", Types.LONG);
    fields.put("expires", Types.LONG);
    return Erased.pojo(Asked.class, fields);
  }
}
