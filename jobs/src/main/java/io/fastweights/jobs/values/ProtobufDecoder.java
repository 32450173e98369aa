package io.fastweights.jobs.values;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Nearest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A value that is one Protobuf message of a type, with nothing before it. */
final class ProtobufDecoder implements ValueDecoder {
  private static final long serialVersionUID = 1L;

  private final byte[] files;
  private final String type;
  private transient ProtobufBody body;

  private ProtobufDecoder(byte[] files, String type) {
    this.files = files;
    this.type = type;
    body = open();
  }

  /**
   * @param file a set of descriptors, as {@code protoc --include_imports --descriptor_set_out}
   *     writes it
   * @param type full name of the values' message type
   * @throws IllegalArgumentException if the file holds no such type
   */
  static ProtobufDecoder of(Path file, String type) throws IOException {
    try {
      return new ProtobufDecoder(Files.readAllBytes(file), type);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + " " + e.getMessage());
    }
  }

  private ProtobufBody open() {
    FileDescriptorSet set;
    try {
      set = FileDescriptorSet.parseFrom(files);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "is no set of descriptors, as protoc --include_imports --descriptor_set_out writes it: "
              + e.getMessage(),
          e);
    }
    ProtobufFiles linking = new ProtobufFiles(set.getFileList());
    List<String> known = new ArrayList<>();
    for (FileDescriptorProto file : set.getFileList()) {
      FileDescriptor linked = linking.link(file.getName());
      for (Descriptor message : linked == null ? List.<Descriptor>of() : linked.getMessageTypes()) {
        Descriptor found = find(message, known);
        if (found != null) {
          return new ProtobufBody(found);
        }
      }
    }
    throw new IllegalArgumentException(
        String.format(Locale.ROOT, "has no message type '%s'%s", type, Nearest.hint(type, known)));
  }

  /** The type itself or one inside of it. */
  private Descriptor find(Descriptor message, List<String> seen) {
    seen.add(message.getFullName());
    if (message.getFullName().equals(type)) {
      return message;
    }
    for (Descriptor inside : message.getNestedTypes()) {
      Descriptor found = find(inside, seen);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Override
  public List<String> columns() {
    return body.fields();
  }

  @Override
  public String json(Message message) throws MalformedEventException {
    if (body == null) {
      body = open();
    }
    return body.json(ByteBuffer.wrap(message.value()));
  }
}
