package io.fastweights.jobs.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.lineage.ColumnTypes;
import io.fastweights.operator.api.Compared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The losses of one event by the weights that serve and by a shadow.
 *
 * @param time of the event, in milliseconds since 1970-01-01 UTC
 * @param asked true if the predictions are those of an earlier ask
 */
public record ComparedMessage(
    long time,
    boolean asked,
    long liveVersion,
    long shadowVersion,
    double liveLoss,
    double shadowLoss) {
  private static final String TIME = "time";
  private static final String ASKED = "asked";
  private static final String LIVE_VERSION = "live_version";
  private static final String SHADOW_VERSION = "shadow_version";
  private static final String LIVE_LOSS = "live_loss";
  private static final String SHADOW_LOSS = "shadow_loss";

  private static final ObjectMapper JSON = new ObjectMapper();

  static ComparedMessage of(Compared<?> compared) {
    return new ComparedMessage(
        compared.answeredAt(),
        compared.asked(),
        compared.liveVersion(),
        compared.candidateVersion(),
        compared.liveLoss(),
        compared.candidateLoss());
  }

  /** The message; null for any other message, or one without two finite losses. */
  public static ComparedMessage read(Message message) {
    JsonNode row;
    try {
      row = message.value() == null ? null : JSON.readTree(message.value());
    } catch (IOException e) {
      return null;
    }
    // A number that is not finite is a text in JSON.
    return row != null
            && row.path(TIME).isIntegralNumber()
            && row.path(LIVE_VERSION).isIntegralNumber()
            && row.path(SHADOW_VERSION).isIntegralNumber()
            && row.path(LIVE_LOSS).isNumber()
            && row.path(SHADOW_LOSS).isNumber()
        ? new ComparedMessage(
            row.get(TIME).asLong(),
            row.path(ASKED).asBoolean(),
            row.get(LIVE_VERSION).asLong(),
            row.get(SHADOW_VERSION).asLong(),
            row.get(LIVE_LOSS).asDouble(),
            row.get(SHADOW_LOSS).asDouble())
        : null;
  }

  /**
   * @param key of the event's memory
   */
  public Message message(String topic, String key) {
    ObjectNode row = JSON.createObjectNode();
    row.put(TIME, time)
        .put(ASKED, asked)
        .put(LIVE_VERSION, liveVersion)
        .put(SHADOW_VERSION, shadowVersion)
        .put(LIVE_LOSS, liveLoss)
        .put(SHADOW_LOSS, shadowLoss);
    try {
      return Message.of(
          topic,
          Message.UNASSIGNED,
          key.getBytes(StandardCharsets.UTF_8),
          JSON.writeValueAsBytes(row));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, String> columnTypes() {
    Map<String, String> types = new LinkedHashMap<>();
    types.put(TIME, ColumnTypes.BIGINT);
    types.put(ASKED, ColumnTypes.BOOLEAN);
    types.put(LIVE_VERSION, ColumnTypes.BIGINT);
    types.put(SHADOW_VERSION, ColumnTypes.BIGINT);
    types.put(LIVE_LOSS, ColumnTypes.DOUBLE);
    types.put(SHADOW_LOSS, ColumnTypes.DOUBLE);
    return types;
  }
}
