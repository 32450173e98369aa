package io.fastweights.jobs.quality;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Arrays of whole numbers that are mostly 0: the length, then each run of zeros and a number. */
final class Sparse {
  private Sparse() {}

  static void write(long[] values, DataOutput out) throws IOException {
    writeVarint(values.length, out);
    int zeros = 0;
    for (long value : values) {
      if (value == 0) {
        zeros++;
      } else {
        writeVarint(zeros, out);
        writeVarint(value << 1 ^ value >> 63, out);
        zeros = 0;
      }
    }
    if (zeros > 0) {
      writeVarint(zeros, out);
    }
  }

  /**
   * Reads numbers into an array of zeros.
   *
   * @throws IOException if they are of another length
   */
  static void read(long[] into, DataInput in) throws IOException {
    long length = readVarint(in);
    if (length != into.length) {
      throw new IOException(length + " sums were stored, this job has " + into.length);
    }
    for (int at = 0; at < into.length; at++) {
      long zeros = readVarint(in);
      if (zeros < 0 || zeros > into.length - at) {
        throw new IOException(zeros + " zeros where " + (into.length - at) + " numbers are left");
      }
      at += (int) zeros;
      if (at < into.length) {
        long value = readVarint(in);
        into[at] = value >>> 1 ^ -(value & 1);
      }
    }
  }

  private static void writeVarint(long value, DataOutput out) throws IOException {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.writeByte((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.writeByte((int) rest);
  }

  private static long readVarint(DataInput in) throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = in.readByte();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("a number of more than 64 bits");
  }
}
