package io.fastweights.jobs.values;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.fastweights.jobs.values.RegisteredSchema.Reference;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values of a registry's Protobuf schema, each of which names its type in the schema's file. */
final class RegisteredProtobuf {
  /** As descriptors in Base64; the text of a schema would need Protobuf's compiler. */
  static final String FORMAT = "serialized";

  private final FileDescriptor file;
  private final Map<List<Integer>, ProtobufBody> types = new HashMap<>();

  private RegisteredProtobuf(FileDescriptor file) {
    this.file = file;
  }

  /**
   * @param schema in {@link #FORMAT}; null if the registry has it no more
   * @throws IllegalArgumentException if it cannot be linked; says so without a subject
   */
  static RegisteredProtobuf of(SchemaRegistry registry, RegisteredSchema schema)
      throws IOException {
    if (schema == null) {
      throw new IllegalArgumentException("is not there as descriptor");
    }
    Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    imports(registry, schema, files);
    String own = "";
    files.put(own, descriptor(schema, own));
    return new RegisteredProtobuf(new ProtobufFiles(files.values()).link(own));
  }

  private static void imports(
      SchemaRegistry registry, RegisteredSchema schema, Map<String, FileDescriptorProto> into)
      throws IOException {
    for (Reference reference : schema.references()) {
      if (!into.containsKey(reference.name())) {
        RegisteredSchema other = registry.referenced(reference, FORMAT);
        into.put(reference.name(), descriptor(other, reference.name()));
        imports(registry, other, into);
      }
    }
  }

  /**
   * @param name by which others import it
   */
  private static FileDescriptorProto descriptor(RegisteredSchema schema, String name) {
    try {
      return FileDescriptorProto.parseFrom(Base64.getDecoder().decode(schema.schema())).toBuilder()
          .setName(name)
          .build();
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "came as text, must come as descriptor: the registry does not know format=" + FORMAT, e);
    }
  }

  /** Fields of the only type; null where only the messages say which of several is theirs. */
  List<String> fields() {
    List<Descriptor> messages = file.getMessageTypes();
    return messages.size() == 1 ? new ProtobufBody(messages.get(0)).fields() : null;
  }

  String json(SchemaFrame frame) throws MalformedEventException {
    List<Integer> places = Arrays.stream(frame.places()).boxed().toList();
    ProtobufBody type = types.get(places);
    if (type == null) {
      type = new ProtobufBody(type(places));
      types.put(places, type);
    }
    return type.json(frame.body());
  }

  private Descriptor type(List<Integer> places) throws MalformedEventException {
    List<Descriptor> among = file.getMessageTypes();
    Descriptor type = null;
    for (int place : places) {
      if (place < 0 || place >= among.size()) {
        throw new MalformedEventException(
            "the value names a type that its Protobuf schema lacks: " + places);
      }
      type = among.get(place);
      among = type.getNestedTypes();
    }
    return type;
  }
}
