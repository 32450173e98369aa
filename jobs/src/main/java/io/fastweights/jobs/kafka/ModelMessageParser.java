package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.Rejected;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.jobs.events.text.JsonText;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Nearest;
import io.fastweights.operator.api.ModelUpdate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Parses messages into updates. Those for the shadow go to {@link #CANDIDATES}, invalid ones to
 * {@link Rejected#TAG}. Text of the sender is limited to {@link #MOST_CHARS}: a refusal must fit
 * into a message again.
 */
final class ModelMessageParser extends ProcessFunction<Message, ModelUpdate> {
  static final OutputTag<ModelUpdate> CANDIDATES =
      new OutputTag<>("candidates", ModelUpdate.type());

  private static final long serialVersionUID = 1L;
  private static final int MOST_CHARS = 4096;
  private static final List<String> KEYS = List.of("path", "version", "sha256", "reset", "shadow");
  private static final Pattern VERSION = Pattern.compile("-?[0-9]{1,18}");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");

  private final boolean shadowed;

  /**
   * @param shadowed true if the job has a shadow
   */
  ModelMessageParser(boolean shadowed) {
    this.shadowed = shadowed;
  }

  @Override
  public void processElement(Message message, Context context, Collector<ModelUpdate> out) {
    try {
      ModelMessage read = read(message.value());
      if (!read.shadow()) {
        out.collect(read.update());
      } else if (shadowed) {
        context.output(CANDIDATES, read.update());
      } else {
        throw new MalformedEventException(
            "'shadow' is true, and the job has no shadow: refresh.kafka.compared-topic gives it one");
      }
    } catch (MalformedEventException e) {
      context.output(Rejected.TAG, new Rejected(0, message.offset(), e.getMessage(), "", message));
    }
  }

  /**
   * @param value one JSON object, UTF-8; null where the message has none
   * @throws MalformedEventException if it is no update
   */
  static ModelMessage read(byte[] value) throws MalformedEventException {
    if (value == null) {
      throw new MalformedEventException("the message has no value");
    }
    Map<String, String> members = JsonLineParser.members(JsonText.of(value), KEYS);
    for (Map.Entry<String, String> member : members.entrySet()) {
      check(member.getKey(), member.getValue());
    }
    String version = required("version", members);
    require("version", version, VERSION, "a whole number of at most 18 digits");
    ModelUpdate update = ModelUpdate.of(required("path", members), Long.parseLong(version));
    String digest = members.get("sha256");
    if (digest != null) {
      require("sha256", digest, SHA_256, "64 hexadecimal digits");
      update = update.withSha256(digest);
    }
    boolean reset = "true".equals(members.get("reset"));
    return new ModelMessage(
        reset ? update.orReset() : update, "true".equals(members.get("shadow")));
  }

  private static void check(String key, String value) throws MalformedEventException {
    if (!KEYS.contains(key)) {
      String name = key.substring(0, Math.min(key.length(), MOST_CHARS));
      throw new MalformedEventException(
          String.format(
              Locale.ROOT,
              "unknown key '%s'%s; known here: %s",
              name,
              Nearest.hint(name, KEYS),
              String.join(", ", KEYS)));
    }
    if (value == null) {
      throw new MalformedEventException("'" + key + "' has no value");
    }
    if (value.length() > MOST_CHARS) {
      throw new MalformedEventException(
          String.format(
              Locale.ROOT,
              "'%s' has %d characters, must have at most %d",
              key,
              value.length(),
              MOST_CHARS));
    }
    boolean isTruth = key.equals("reset") || key.equals("shadow");
    if (isTruth && !value.equals("true") && !value.equals("false")) {
      throw new MalformedEventException(
          String.format(Locale.ROOT, "'%s' is '%s', must be true or false", key, value));
    }
  }

  private static String required(String key, Map<String, String> members)
      throws MalformedEventException {
    if (!members.containsKey(key)) {
      throw new MalformedEventException("'" + key + "' is missing");
    }
    return members.get(key);
  }

  private static void require(String key, String value, Pattern pattern, String form)
      throws MalformedEventException {
    if (!pattern.matcher(value).matches()) {
      throw new MalformedEventException(
          String.format(Locale.ROOT, "'%s' is '%s', must be %s", key, value, form));
    }
  }
}
