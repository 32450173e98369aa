package io.fastweights.jobs.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.operator.api.ModelUpdate;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parses messages of new weights, and the reasons for refusing them. */
class ModelMessageParserTest {
  private static final String SHA_256 = "ab".repeat(32);

  /**
   * @param json with ' for "
   */
  private static ModelUpdate update(String json) throws MalformedEventException {
    return read(json).update();
  }

  private static ModelMessage read(String json) throws MalformedEventException {
    return ModelMessageParser.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anUpdateIsForTheShadowIfItSaysSo() throws Exception {
    ModelUpdate update = ModelUpdate.of("a", 1);
    assertThat(read("{'path': 'a', 'version': 1}")).isEqualTo(new ModelMessage(update, false));
    assertThat(read("{'path': 'a', 'version': 1, 'shadow': false}"))
        .isEqualTo(new ModelMessage(update, false));
    assertThat(read("{'path': 'a', 'version': 1, 'shadow': true}"))
        .isEqualTo(new ModelMessage(update, true));
  }

  @Test
  void anUpdateHasPathAndVersionAndMayHaveADigestAndAReset() throws Exception {
    ModelUpdate plain = ModelUpdate.of("s3://models/a", 7);
    assertThat(update("{'path': 's3://models/a', 'version': 7}")).isEqualTo(plain);
    assertThat(update("{'path': 's3://models/a', 'version': 7, 'reset': false}")).isEqualTo(plain);
    assertThat(
            update(
                String.format(
                    Locale.ROOT,
                    "{'version': 7, 'sha256': '%s', 'reset': true, 'path': 's3://models/a'}",
                    SHA_256)))
        .isEqualTo(plain.withSha256(SHA_256).orReset());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "no update | the line is not JSON",
        "[] | not a JSON object",
        "{'version': 1} | 'path' is missing",
        "{'path': '', 'version': 1} | 'path' has no value",
        "{'path': ['a'], 'version': 1} | 'path' is not a single value",
        "{'path': 'a'} | 'version' is missing",
        "{'path': 'a', 'version': 1.5} | 'version' is '1.5', must be a whole number",
        "{'path': 'a', 'version': 9999999999999999999} | at most 18 digits",
        "{'path': 'a', 'version': 1, 'reset': 'yes'} | 'reset' is 'yes', must be true or false",
        "{'path': 'a', 'version': 1, 'shadow': 1} | 'shadow' is '1', must be true or false",
        "{'path': 'a', 'version': 1, 'sha256': null} | 'sha256' has no value",
        "{'path': 'a', 'version': 1, 'sha256': 'ab'} | 'ab', must be 64 hexadecimal digits",
        "{'path': 'a', 'version': 1, 'sha-256': 'ab'} | 'sha-256'; did you mean sha256?",
        "{'path': 'a', 'version': 1, 'version': 2} | Duplicate field 'version'",
        "{'path': 'a', 'version': 1} {} | goes on after its JSON object"
      })
  void whatIsNoUpdateIsRefusedWithTheReason(String json, String reason) {
    assertThatThrownBy(() -> update(json))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aMessageWithoutAValueIsRefused() {
    assertThatThrownBy(() -> ModelMessageParser.read(null)).hasMessageContaining("no value");
  }

  /** A refusal repeats the sender's path and must not be too large. */
  @Test
  void noMoreThanAPathOfTheUsualLengthIsTaken() {
    String json = String.format(Locale.ROOT, "{'version': 1, 'path': '%s'}", "a".repeat(5000));
    assertThatThrownBy(() -> update(json))
        .hasMessage("'path' has 5000 characters, must have at most 4096");
    String key = String.format(Locale.ROOT, "{'%s': 1}", "a".repeat(20_000));
    assertThatThrownBy(() -> update(key)).message().hasSizeLessThan(5000);
  }
}
