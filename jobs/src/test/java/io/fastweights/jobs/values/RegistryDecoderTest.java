package io.fastweights.jobs.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.fastweights.jobs.config.KafkaSourceConfig;
import io.fastweights.jobs.config.KafkaSourceConfig.ValueFormat;
import io.fastweights.jobs.config.SchemaRegistryConfig;
import io.fastweights.jobs.events.Message;
import io.fastweights.jobs.values.RegisteredSchema.Reference;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryDecoderTest {
  private static final String ONE =
      """
      {"type": "record", "name": "Visit", "fields": [
        {"name": "user", "type": "string"}, {"name": "price", "type": "int"}]}""";

  /** The price became a text, and a field came before it. */
  private static final String TWO =
      """
      {"type": "record", "name": "Visit", "fields": [
        {"name": "user", "type": "string"}, {"name": "shop", "type": ["null", "string"]},
        {"name": "price", "type": "string"}]}""";

  private StubRegistry registry;

  @BeforeEach
  void start() throws IOException {
    registry = new StubRegistry();
    registry.put("ids/1", null, ONE);
    registry.put("ids/2", "AVRO", TWO);
    registry.putVersion("visits-value", "latest", "AVRO", TWO);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private ValueDecoder decoder(ValueFormat format, Map<String, String> properties)
      throws IOException {
    Map<String, String> all = new HashMap<>(properties);
    all.put("retries.wait.ms", "5");
    return ValueDecoder.of(
        new KafkaSourceConfig(
            "b:1",
            "visits",
            null,
            null,
            false,
            format,
            null,
            null,
            new SchemaRegistryConfig(registry.url() + "/", null, all),
            null,
            null,
            null,
            null,
            null));
  }

  private ValueDecoder decoder() throws IOException {
    return decoder(null, Map.of());
  }

  private static Message message(Object... parts) {
    return Message.of("visits", 0, null, bytes(parts));
  }

  /** Bytes of numbers and texts. */
  private static byte[] bytes(Object... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof Integer number) {
        bytes.write(number);
      } else {
        bytes.writeBytes(part.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void eachAvroValueIsReadByTheSchemaThatItNames() throws Exception {
    ValueDecoder decoder = decoder();
    assertThat(decoder.columns()).containsExactly("user", "shop", "price");
    assertThat(decoder.json(message(0, 0, 0, 0, 1, 2, "u", 14)))
        .isEqualTo("{\"user\":\"u\",\"price\":7}");
    assertThat(decoder.json(message(0, 0, 0, 0, 2, 2, "u", 0, 4, "7x")))
        .isEqualTo("{\"user\":\"u\",\"shop\":null,\"price\":\"7x\"}");
    decoder.json(message(0, 0, 0, 0, 1, 2, "v", 14));
    assertThat(registry.requests)
        .containsExactly(
            "/subjects/visits-value/versions/latest", "/schemas/ids/1", "/schemas/ids/2");
  }

  @Test
  void aSchemaOfNamedOnesIsReadWithAllOfThem() throws Exception {
    registry.putVersion(
        "b", "3", null, "{\"type\": \"enum\", \"name\": \"B\", \"symbols\": [\"X\", \"Y\"]}");
    registry.putVersion("a c/d", "1", null, "never asked for by this path");
    registry.putVersion(
        "a%20c%2Fd",
        "1",
        null,
        "{\"type\": \"record\", \"name\": \"A\", \"fields\": [{\"name\": \"b\", \"type\": \"B\"}]}",
        new Reference("B", "b", 3));
    registry.put(
        "ids/3",
        "AVRO",
        "{\"type\": \"record\", \"name\": \"R\", \"fields\": [{\"name\": \"a\", \"type\": \"A\"},"
            + " {\"name\": \"b\", \"type\": \"B\"}]}",
        new Reference("A", "a c/d", 1),
        new Reference("B", "b", 3));
    assertThat(decoder().json(message(0, 0, 0, 0, 3, 2, 0)))
        .isEqualTo("{\"a\":{\"b\":\"Y\"},\"b\":\"X\"}");
  }

  @Test
  void aHeaderMayNameTheSchemaByItsGuid() throws Exception {
    String guid = "89791762-2336-4186-9674-299b90a802e2";
    registry.put("guids/" + guid, "AVRO", ONE);
    byte[] id =
        bytes(
            1, 0x89, 0x79, 0x17, 0x62, 0x23, 0x36, 0x41, 0x86, 0x96, 0x74, 0x29, 0x9b, 0x90, 0xa8,
            0x02, 0xe2);
    Message bare = message(2, "u", 14).with(Map.of(SchemaFrame.HEADER, id));
    assertThat(decoder().json(bare)).isEqualTo("{\"user\":\"u\",\"price\":7}");
  }

  @Test
  void valuesOfAJsonSchemaAreTheirText() throws Exception {
    registry.put("ids/4", "JSON", "{\"type\": \"object\"}");
    String json = "{\"user\": \"ü\"}";
    assertThat(decoder().json(message(0, 0, 0, 0, 4, json))).isEqualTo(json);
  }

  private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(Label.LABEL_OPTIONAL);
  }

  @Test
  void aProtobufValueNamesItsTypeAmongThoseOfItsFile() throws Exception {
    FileDescriptorProto money =
        FileDescriptorProto.newBuilder()
            .setName("default")
            .setSyntax("proto3")
            .setPackage("m")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("Money")
                    .addField(field("cents", 1, Type.TYPE_SINT64)))
            .build();
    DescriptorProto inner =
        DescriptorProto.newBuilder()
            .setName("Inner")
            .addField(field("price", 2, Type.TYPE_MESSAGE).setTypeName(".m.Money"))
            .addField(field("count", 3, Type.TYPE_UINT64))
            .build();
    FileDescriptorProto visits =
        FileDescriptorProto.newBuilder()
            .setSyntax("proto3")
            .addDependency("shop/money.proto")
            .addDependency("confluent/meta.proto")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("First")
                    .addField(field("user", 1, Type.TYPE_STRING)))
            .addMessageType(DescriptorProto.newBuilder().setName("Second").addNestedType(inner))
            .build();
    Reference reference = new Reference("shop/money.proto", "money", 2);
    registry.put("ids/5", visits, reference);
    registry.putVersion("money", "2?format=serialized", "PROTOBUF", StubRegistry.base64(money));
    ValueDecoder decoder = decoder();
    assertThat(decoder.json(message(0, 0, 0, 0, 5, 0, 10, 1, "u"))).isEqualTo("{\"user\":\"u\"}");
    // Places 1, 0: two, each as zig-zag number.
    assertThat(
            decoder.json(
                message(
                    0, 0, 0, 0, 5, 4, 2, 0, 0x12, 2, 8, 3, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                    0xff, 0xff, 0xff, 1)))
        .isEqualTo("{\"price\":{\"cents\":-2},\"count\":18446744073709551615}");
    assertThatThrownBy(() -> decoder.json(message(0, 0, 0, 0, 5, 2, 4)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the value names a type that its Protobuf schema lacks: [2]");
    assertThatThrownBy(() -> decoder.json(message(0, 0, 0, 0, 5, 0x80)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("does not name the type");
  }

  @Test
  void onlyTheValueIsMalformedIfItsSchemaIsNotThereOrNoneThatCanBeRead() throws Exception {
    registry.put("ids/6", "AVRO", "\"string\"");
    registry.put("ids/8", "XML", "<a/>");
    registry.put("ids/9", "PROTOBUF", "syntax");
    registry.put("ids/9?format=serialized", "PROTOBUF", "syntax = \"proto3\";");
    registry.put("ids/10", "AVRO", "{\"type\": \"R\"}", new Reference("R", "r", 1));
    registry.putVersion("r", "1", "AVRO", "{\"type\": \"R\"}", new Reference("R", "r", 1));
    ValueDecoder decoder = decoder();
    Map<Integer, String> reasons =
        Map.of(
            6, "schema ids/6 of the schema registry is not the schema of a record",
            7, "schema ids/7 of the schema registry is not there",
            8, "schema ids/8 of the schema registry is of format XML",
            9, "does not know format=serialized",
            10, "schema ids/10 of the schema registry is no Avro schema");
    for (Map.Entry<Integer, String> reason : reasons.entrySet()) {
      assertThatThrownBy(() -> decoder.json(message(0, 0, 0, 0, reason.getKey(), 2, "u", 14)))
          .isInstanceOf(MalformedEventException.class)
          .hasMessageContaining(reason.getValue());
    }
    for (Message bare : new Message[] {message("{}"), message(), message(0, 0, 0), message(1, 2)}) {
      assertThatThrownBy(() -> decoder.json(bare))
          .isInstanceOf(MalformedEventException.class)
          .hasMessage("the value does not begin with the number of a schema registry's schema");
    }
    assertThatThrownBy(() -> decoder(ValueFormat.AVRO, Map.of()).json(message(0, 0, 0, 0, 8, 2)))
        .hasMessageContaining("is of format XML, must be AVRO");
  }

  /** A registry that is down must not turn good events into refused ones. */
  @Test
  void aRegistryThatFailsIsAskedAgainAndOneThatStaysDownStopsTheJob() throws Exception {
    ValueDecoder decoder = decoder();
    registry.failures.set(2);
    assertThat(decoder.json(message(0, 0, 0, 0, 1, 2, "u", 14))).contains("\"price\":7");
    registry.close();
    assertThatThrownBy(() -> decoder.json(message(0, 0, 0, 0, 2, 2, "u", 0, 4, "7x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no schema registry answers at " + registry.url());
  }

  @Test
  void theRegistryAsksForAUserOrAToken() throws Exception {
    registry.authorization = "Basic bWU6cMOkc3M=";
    assertThat(decoder(null, Map.of("basic.auth.user.info", "me:päss")).columns()).hasSize(3);
    registry.authorization = "Bearer t";
    assertThat(decoder(null, Map.of("bearer.auth.token", "t")).columns()).hasSize(3);
    assertThatThrownBy(() -> decoder())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("status 401")
        .hasMessageContaining("basic.auth.user.info");
    assertThatThrownBy(() -> decoder(null, Map.of("basic.auth.user.inf", "me:secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("basic.auth.user.info")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aSubjectOfAnotherFormatIsRefusedAndOneThatIsNotThereGivesNoColumns() throws Exception {
    assertThatThrownBy(() -> decoder(ValueFormat.PROTOBUF, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "source.kafka.format is PROTOBUF, but subject visits-value of the schema registry is"
                + " AVRO");
    registry.putVersion("visits-value", "latest", "JSON", "{}");
    assertThat(decoder().columns()).isNull();
  }
}
