package io.fastweights.jobs.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.events.text.JsonLineParser;
import io.fastweights.kernels.Allocations;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Any content of a message: an event or a reason, never another exception. */
class ProtobufFuzzTest {
  private static final int TIMES_INPUT = 4096;

  @TempDir Path folder;
  private ProtobufDecoder decoder;

  @BeforeEach
  void open() throws IOException {
    decoder =
        ProtobufDecoder.of(
            Files.write(folder.resolve("visit.desc"), ProtobufJsonTest.descriptors().toByteArray()),
            ProtobufJsonTest.NAME);
  }

  @FuzzTest
  void anyBytesAreAMessageOrMalformed(byte[] bytes) {
    Allocations.bounded(bytes.length, TIMES_INPUT, () -> readOrRefuse(bytes));
  }

  private String readOrRefuse(byte[] bytes) {
    try {
      String json = decoder.json(Message.of("t", 0, null, bytes));
      assertThat(JsonLineParser.members(json, List.of("user_name"))).containsKey("user_name");
      return json;
    } catch (MalformedEventException e) {
      assertThat(e.getMessage()).isNotBlank();
      return e.getMessage();
    }
  }
}
