package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.jobs.events.text.JsonText;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.ModelUpdate;
import java.util.List;
import java.util.Map;

/** Reads messages of updates, and of updates that a job refused, outside of the job. */
public final class ModelMessages {
  private static final List<String> MEMBERS = List.of("path", "version");

  private ModelMessages() {}

  /**
   * @param value one JSON object, UTF-8; null where the message has none
   * @throws MalformedEventException if it is no update
   */
  public static ModelMessage read(byte[] value) throws MalformedEventException {
    return ModelMessageParser.read(value);
  }

  /** The update that a message refuses; null if the message refuses what was no update. */
  public static ModelUpdate refused(Message message) {
    if (message.value() == null || message.key() != null) {
      return null;
    }
    try {
      Map<String, String> members = JsonLineParser.members(JsonText.of(message.value()), MEMBERS);
      return ModelUpdate.of(members.get("path"), Long.parseLong(members.get("version")));
    } catch (MalformedEventException | NumberFormatException e) {
      return null;
    }
  }
}
