package io.fastweights.jobs.config;

import java.nio.file.Path;

/**
 * The type of Protobuf values.
 *
 * @param descriptors a file that {@code protoc --include_imports --descriptor_set_out} wrote
 * @param message full name of the type
 */
public record ProtobufConfig(Path descriptors, String message) {}
