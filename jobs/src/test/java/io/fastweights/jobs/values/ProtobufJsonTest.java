package io.fastweights.jobs.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DurationProto;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Int64Value;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WrappersProto;
import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProtobufJsonTest {
  static final String NAME = "shop.Outer.Visit";

  @TempDir Path folder;
  private Path file;
  private Descriptor type;
  private ProtobufDecoder decoder;

  private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(Label.LABEL_OPTIONAL);
  }

  private static FieldDescriptorProto.Builder message(String name, int number, String type) {
    return field(name, number, Type.TYPE_MESSAGE).setTypeName(type);
  }

  /** As protoc writes it, without the files of Protobuf itself. */
  static FileDescriptorSet descriptors() {
    DescriptorProto entry =
        DescriptorProto.newBuilder()
            .setName("PartsEntry")
            .setOptions(
                com.google.protobuf.DescriptorProtos.MessageOptions.newBuilder().setMapEntry(true))
            .addField(field("key", 1, Type.TYPE_INT32))
            .addField(field("value", 2, Type.TYPE_DOUBLE))
            .build();
    DescriptorProto visit =
        DescriptorProto.newBuilder()
            .setName("Visit")
            .addField(field("user_name", 1, Type.TYPE_STRING))
            .addField(message("at", 2, ".google.protobuf.Timestamp"))
            .addField(message("took", 3, ".google.protobuf.Duration"))
            .addField(message("wrapped", 4, ".google.protobuf.Int64Value"))
            .addField(field("kind", 5, Type.TYPE_ENUM).setTypeName(".shop.Outer.Kind"))
            .addField(field("raw", 6, Type.TYPE_BYTES))
            .addField(field("flags", 7, Type.TYPE_BOOL).setLabel(Label.LABEL_REPEATED))
            .addField(
                message("parts", 8, ".shop.Outer.Visit.PartsEntry").setLabel(Label.LABEL_REPEATED))
            .addField(field("count", 9, Type.TYPE_FIXED32))
            .addField(field("maybe", 10, Type.TYPE_INT32).setProto3Optional(true).setOneofIndex(0))
            .addField(message("inside", 11, "." + NAME))
            .addOneofDecl(
                com.google.protobuf.DescriptorProtos.OneofDescriptorProto.newBuilder()
                    .setName("_maybe"))
            .addNestedType(entry)
            .build();
    return FileDescriptorSet.newBuilder()
        .addFile(
            FileDescriptorProto.newBuilder()
                .setName("visit.proto")
                .setPackage("shop")
                .setSyntax("proto3")
                .addDependency(TimestampProto.getDescriptor().getName())
                .addDependency(DurationProto.getDescriptor().getName())
                .addDependency(WrappersProto.getDescriptor().getName())
                .addMessageType(
                    DescriptorProto.newBuilder()
                        .setName("Outer")
                        .addNestedType(visit)
                        .addEnumType(
                            EnumDescriptorProto.newBuilder()
                                .setName("Kind")
                                .addValue(
                                    EnumValueDescriptorProto.newBuilder().setName("A").setNumber(0))
                                .addValue(
                                    EnumValueDescriptorProto.newBuilder()
                                        .setName("B")
                                        .setNumber(1)))))
        .build();
  }

  @BeforeEach
  void open() throws Exception {
    FileDescriptorSet set = descriptors();
    file = Files.write(folder.resolve("visit.desc"), set.toByteArray());
    decoder = ProtobufDecoder.of(file, NAME);
    type =
        new ProtobufFiles(set.getFileList())
            .link("visit.proto")
            .findMessageTypeByName("Outer")
            .findNestedTypeByName("Visit");
  }

  private String json(byte[] value) throws MalformedEventException {
    return decoder.json(Message.of("t", 0, null, value));
  }

  @Test
  void allKindsOfValuesHaveTheirFormInJson() throws Exception {
    Descriptor entry = type.findNestedTypeByName("PartsEntry");
    DynamicMessage message =
        DynamicMessage.newBuilder(type)
            .setField(type.findFieldByName("user_name"), "ü")
            .setField(
                type.findFieldByName("at"),
                Timestamp.newBuilder().setSeconds(1).setNanos(500_000_000).build())
            .setField(
                type.findFieldByName("took"),
                Duration.newBuilder().setSeconds(-1).setNanos(-250_000_000).build())
            .setField(type.findFieldByName("wrapped"), Int64Value.of(-5))
            .setField(
                type.findFieldByName("kind"),
                type.getFile()
                    .findMessageTypeByName("Outer")
                    .findEnumTypeByName("Kind")
                    .findValueByNumber(1))
            .setField(type.findFieldByName("raw"), ByteString.copyFrom(new byte[] {1, 2, 3}))
            .addRepeatedField(type.findFieldByName("flags"), true)
            .addRepeatedField(type.findFieldByName("flags"), false)
            .addRepeatedField(
                type.findFieldByName("parts"),
                DynamicMessage.newBuilder(entry)
                    .setField(entry.findFieldByNumber(1), 7)
                    .setField(entry.findFieldByNumber(2), 0.5)
                    .build())
            .setField(type.findFieldByName("count"), -1)
            .setField(type.findFieldByName("maybe"), 0)
            .setField(
                type.findFieldByName("inside"),
                DynamicMessage.newBuilder(type)
                    .setField(type.findFieldByName("user_name"), "v")
                    .build())
            .build();
    assertThat(json(message.toByteArray()))
        .startsWith(
            "{\"user_name\":\"ü\",\"at\":\"1970-01-01T00:00:01.500Z\",\"took\":-1.25,\"wrapped\":-5,"
                + "\"kind\":\"B\",\"raw\":\"AQID\",\"flags\":[true,false],\"parts\":{\"7\":0.5},"
                + "\"count\":4294967295,\"maybe\":0,\"inside\":{\"user_name\":\"v\",");
    assertThat(decoder.columns()).hasSize(11).startsWith("user_name", "at");
  }

  /** A zero that is not sent is a zero, but one that may be unset is missing. */
  @Test
  void anUnsetFieldIsItsDefaultUnlessItIsOptional() throws Exception {
    assertThat(json(new byte[0]))
        .isEqualTo(
            "{\"user_name\":\"\",\"at\":null,\"took\":null,\"wrapped\":null,\"kind\":\"A\",\"raw\":\"\","
                + "\"flags\":[],\"parts\":{},\"count\":0,\"maybe\":null,\"inside\":null}");
    byte[] unknown =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build()
            .toByteArray();
    assertThat(json(unknown)).isEqualTo(json(new byte[0]));
  }

  @Test
  void aTypeThatTheFileLacksIsNamedWithTheNearest() {
    assertThatThrownBy(() -> ProtobufDecoder.of(file, "shop.Outer.Visits"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file + " has no message type 'shop.Outer.Visits'")
        .hasMessageContaining(NAME);
  }
}
