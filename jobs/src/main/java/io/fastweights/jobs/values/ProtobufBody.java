package io.fastweights.jobs.values;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** One Protobuf message of a type. */
final class ProtobufBody implements BodyDecoder {
  private final Descriptor type;

  ProtobufBody(Descriptor type) {
    this.type = type;
  }

  List<String> fields() {
    return type.getFields().stream().map(FieldDescriptor::getName).toList();
  }

  @Override
  public String json(ByteBuffer body) throws MalformedEventException {
    try {
      byte[] bytes = new byte[body.remaining()];
      body.get(bytes);
      return ProtobufJson.of(DynamicMessage.parseFrom(type, bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedEventException(
          "the value is no Protobuf message of type " + type.getFullName() + ": " + e.getMessage());
    } catch (IOException e) {
      throw new MalformedEventException("the value cannot be JSON: " + e.getMessage());
    }
  }
}
