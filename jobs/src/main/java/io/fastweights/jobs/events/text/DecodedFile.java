package io.fastweights.jobs.events.text;

import io.fastweights.jobs.events.records.Compression;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;

/**
 * The characters of a file. Bytes that are no characters become U+FFFD, and the file records their
 * positions: the record reader calls {@link #problem}. A truncated compressed file ends there.
 */
public final class DecodedFile implements Closeable {
  /** A character may take two chars: with room for one, none could be read. */
  static final int LEAST_ROOM = 2;

  /** The buffer of a small file stays small; that of a larger one grows with it. */
  private static final int FIRST_BYTES = 1 << 8;

  private static final int MOST_BYTES = 1 << 16;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final char REPLACEMENT = '\uFFFD';

  /**
   * Bytes that are no characters.
   *
   * @param at which character of the file stands for them
   * @param offset of the first byte in the file, without compression
   * @param first byte
   */
  private record Bad(long at, long offset, int first) {}

  private final InputStream in;
  private final Charset charset;
  private final CharsetDecoder decoder;
  private final Deque<Bad> bad = new ArrayDeque<>();
  private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES).limit(0);
  private boolean filled;
  private long byteOffset;
  private long chars;
  private boolean allBytes;
  private boolean flushed;

  /**
   * @param given null for the charset of a byte order mark, or UTF-8
   */
  public DecodedFile(InputStream stream, Charset given) throws IOException {
    in = stream;
    while (bytes.limit() < 4 && !allBytes) {
      fill();
    }
    Charset marked = skipMark();
    charset = given != null ? given : marked != null ? marked : StandardCharsets.UTF_8;
    decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  private Charset skipMark() {
    if (begins(0xEF, 0xBB, 0xBF)) {
      return skip(3, StandardCharsets.UTF_8);
    }
    if (begins(0xFF, 0xFE)) {
      return skip(2, StandardCharsets.UTF_16LE);
    }
    return begins(0xFE, 0xFF) ? skip(2, StandardCharsets.UTF_16BE) : null;
  }

  private boolean begins(int... mark) {
    if (bytes.remaining() < mark.length) {
      return false;
    }
    for (int i = 0; i < mark.length; i++) {
      if ((bytes.get(i) & 0xff) != mark[i]) {
        return false;
      }
    }
    return true;
  }

  private Charset skip(int length, Charset charset) {
    bytes.position(length);
    byteOffset = length;
    return charset;
  }

  /** Charset of the file. */
  Charset charset() {
    return charset;
  }

  /** Bytes that were read so far, compressed as they are; 0 if the stream is no file. */
  long bytes() {
    return in instanceof Compression.Inflated inflated ? inflated.bytes() : 0;
  }

  /** Error of a truncated compressed file; null if there is none. */
  String broken() {
    return in instanceof Compression.Inflated inflated ? inflated.broken() : null;
  }

  /**
   * Reads characters, at least one unless the file ends.
   *
   * @param length at least {@link #LEAST_ROOM}
   * @return how many; -1 at the end
   */
  int read(char[] into, int at, int length) throws IOException {
    CharBuffer out = CharBuffer.wrap(into, at, length);
    while (out.position() == at && !flushed) {
      int before = bytes.position();
      CoderResult result = decoder.decode(bytes, out, allBytes);
      byteOffset += bytes.position() - before;
      if (result.isError()) {
        replace(result.length(), out, at);
      } else if (result.isUnderflow()) {
        if (allBytes) {
          flushed = true;
        } else {
          fill();
        }
      }
    }
    int read = out.position() - at;
    chars += read;
    return read == 0 ? -1 : read;
  }

  private void replace(int length, CharBuffer out, int at) {
    if (!out.hasRemaining()) {
      return;
    }
    bad.add(new Bad(chars + out.position() - at, byteOffset, bytes.get(bytes.position()) & 0xff));
    bytes.position(bytes.position() + length);
    byteOffset += length;
    out.put(REPLACEMENT);
  }

  private void fill() throws IOException {
    if (filled && bytes.capacity() < MOST_BYTES) {
      bytes = ByteBuffer.allocate(4 * bytes.capacity()).put(bytes);
    } else {
      bytes.compact();
    }
    int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
    filled = read == bytes.remaining();
    allBytes = read < 0;
    bytes.position(bytes.position() + Math.max(0, read)).flip();
  }

  /**
   * Reports the invalid bytes among some characters, and drops earlier ones.
   *
   * @param from and to: characters of the file
   * @return null where there are none
   */
  String problem(long from, long to) {
    String problem = null;
    while (!bad.isEmpty() && bad.peek().at < to) {
      Bad first = bad.poll();
      if (problem == null && first.at >= from) {
        problem =
            "byte "
                + first.offset
                + " of the file, 0x"
                + HEX.toHexDigits((byte) first.first)
                + ", is not "
                + charset.name()
                + "; a schema may name another charset";
      }
    }
    return problem;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
