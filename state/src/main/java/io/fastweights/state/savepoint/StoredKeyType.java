package io.fastweights.state.savepoint;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Keys of any type in a savepoint: only the serializer that wrote them is known. */
final class StoredKeyType extends TypeInformation<Object> {
  private static final long serialVersionUID = 1L;

  private final TypeSerializer<Object> serializer;

  StoredKeyType(TypeSerializer<Object> serializer) {
    this.serializer = serializer;
  }

  @Override
  public TypeSerializer<Object> createSerializer(SerializerConfig config) {
    return serializer.duplicate();
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<Object> getTypeClass() {
    return Object.class;
  }

  @Override
  public boolean isKeyType() {
    return true;
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof StoredKeyType;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredKeyType that && that.serializer.equals(serializer);
  }

  @Override
  public int hashCode() {
    return serializer.hashCode();
  }

  @Override
  public String toString() {
    return "keys of " + serializer;
  }
}
