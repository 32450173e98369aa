package io.fastweights.kernels.train;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The state of a training run in a file. It is replaced at once: after a crash the file holds the
 * state before or after a write, never a part. A run that resumes from it gives the bits of a run
 * that was never stopped.
 *
 * <p>Layout, big-endian: magic and version, the fingerprint of data and options, the state, and a
 * CRC-32 of all before it. Version 1 had no average of the weights: its runs had other options, so
 * they cannot go on.
 */
final class TrainCheckpoint {
  private static final int MAGIC = 0x46575443;
  private static final int VERSION = 2;

  private TrainCheckpoint() {}

  /**
   * @param fingerprint of all that the state depends on: a file of another run is refused
   */
  static void write(Path file, long fingerprint, TrainState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(fingerprint);
    out.writeLong(state.step);
    out.writeLong(state.lanes.taken());
    out.writeDouble(state.bestCost);
    out.writeLong(state.bestStep);
    out.writeBoolean(state.bestIsAverage);
    out.writeInt(state.evaluationsWithoutBest);
    out.writeBoolean(state.best != null);
    write(out, state.parameters.values);
    write(out, state.adam.first);
    write(out, state.adam.second);
    if (state.best != null) {
      write(out, state.best);
    }
    if (state.average != null) {
      write(out, state.average.values);
    }
    for (int lane = 0; lane < state.lanes.count(); lane++) {
      out.writeInt(state.lanes.sequence[lane]);
      out.writeInt(state.lanes.position[lane]);
      write(out, state.lanes.memories[lane]);
    }
    out.writeInt(crc(bytes.toByteArray(), bytes.size()));
    replace(file.toAbsolutePath(), ByteBuffer.wrap(bytes.toByteArray()));
  }

  private static void replace(Path file, ByteBuffer bytes) throws IOException {
    Path written = file.resolveSibling("." + file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads a file into a new run's state.
   *
   * @throws IOException if the file is damaged or of another run
   */
  static void read(Path file, long fingerprint, TrainState state) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < 8 || crc(bytes, bytes.length - 4) != crcAtEnd(bytes)) {
      throw new IOException("training checkpoint " + file + " is damaged");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    if (in.readInt() != MAGIC) {
      throw new IOException(file + " is no training checkpoint");
    }
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "training checkpoint %s has version %d, must be %d: delete it to train from the start",
              file,
              version,
              VERSION));
    }
    if (in.readLong() != fingerprint) {
      throw new IOException(
          "training checkpoint "
              + file
              + " is of a run with other events, another model or other options");
    }
    state.step = in.readLong();
    state.lanes.taken(in.readLong());
    state.bestCost = in.readDouble();
    state.bestStep = in.readLong();
    state.bestIsAverage = in.readBoolean();
    state.evaluationsWithoutBest = in.readInt();
    boolean hasBest = in.readBoolean();
    read(in, state.parameters.values);
    read(in, state.adam.first);
    read(in, state.adam.second);
    state.best = hasBest ? new float[state.parameters.values.length] : null;
    if (hasBest) {
      read(in, state.best);
    }
    if (state.average != null) {
      read(in, state.average.values);
    }
    for (int lane = 0; lane < state.lanes.count(); lane++) {
      state.lanes.sequence[lane] = in.readInt();
      state.lanes.position[lane] = in.readInt();
      read(in, state.lanes.memories[lane]);
    }
    state.parameters.changed();
  }

  private static void write(DataOutputStream out, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  private static void read(DataInputStream in, float[] values) throws IOException {
    byte[] bytes = new byte[values.length * Float.BYTES];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static int crcAtEnd(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(bytes.length - 4);
  }
}
