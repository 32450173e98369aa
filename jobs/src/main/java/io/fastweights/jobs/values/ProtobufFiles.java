package io.fastweights.jobs.values;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ApiProto;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.EmptyProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.SourceContextProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.TypeProto;
import com.google.protobuf.WrappersProto;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Links Protobuf files with what they import; those of Protobuf itself need not be among them. */
final class ProtobufFiles {
  private final Map<String, FileDescriptorProto> given = new HashMap<>();
  private final Map<String, FileDescriptor> linked = new HashMap<>();

  /**
   * @param files by the names under which others import them
   */
  ProtobufFiles(Collection<FileDescriptorProto> files) {
    files.forEach(file -> given.put(file.getName(), file));
    for (FileDescriptor own :
        new FileDescriptor[] {
          AnyProto.getDescriptor(),
          ApiProto.getDescriptor(),
          DescriptorProtos.getDescriptor(),
          DurationProto.getDescriptor(),
          EmptyProto.getDescriptor(),
          FieldMaskProto.getDescriptor(),
          SourceContextProto.getDescriptor(),
          StructProto.getDescriptor(),
          TimestampProto.getDescriptor(),
          TypeProto.getDescriptor(),
          WrappersProto.getDescriptor()
        }) {
      linked.put(own.getName(), own);
    }
  }

  /**
   * The file of a name, linked. An import that is not there is passed over where no field has a
   * type of it, as of options.
   *
   * @throws IllegalArgumentException if it cannot be linked; says so without a subject
   */
  FileDescriptor link(String name) {
    FileDescriptor known = linked.get(name);
    if (known != null) {
      return known;
    }
    // A file that imports itself finds its name taken away.
    FileDescriptorProto file = given.remove(name);
    if (file == null) {
      return null;
    }
    FileDescriptor[] imports =
        file.getDependencyList().stream()
            .map(this::link)
            .filter(found -> found != null)
            .toArray(FileDescriptor[]::new);
    try {
      FileDescriptor made = FileDescriptor.buildFrom(file, imports, true);
      linked.put(name, made);
      return made;
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException("cannot be linked: " + e.getMessage(), e);
    }
  }
}
