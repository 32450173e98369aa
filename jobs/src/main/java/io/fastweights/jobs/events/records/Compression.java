package io.fastweights.jobs.events.records;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.flink.core.fs.Path;
import org.tukaani.xz.XZInputStream;

/** Compression of a file, by its extension. All streams of a file are read. */
public enum Compression {
  NONE(List.of()) {
    @Override
    InputStream inflate(InputStream in) {
      return in;
    }
  },
  GZIP(List.of(".gz", ".gzip")) {
    @Override
    InputStream inflate(InputStream in) throws IOException {
      return new GZIPInputStream(in, BYTES);
    }
  },
  BZIP2(List.of(".bz2")) {
    @Override
    InputStream inflate(InputStream in) throws IOException {
      return new BZip2CompressorInputStream(in, true);
    }
  },
  XZ(List.of(".xz")) {
    @Override
    InputStream inflate(InputStream in) throws IOException {
      return new XZInputStream(in, MOST_XZ_KIB);
    }
  },
  ZSTANDARD(List.of(".zst", ".zstd")) {
    @Override
    InputStream inflate(InputStream in) throws IOException {
      return new ZstdInputStream(in);
    }
  },
  DEFLATE(List.of(".deflate")) {
    @Override
    InputStream inflate(InputStream in) {
      return new InflaterInputStream(in);
    }
  };

  private static final int BYTES = 1 << 16;

  /** Memory that a file may ask for; xz -9 asks for 65 MiB. */
  private static final int MOST_XZ_KIB = 256 << 10;

  private final List<String> suffixes;

  Compression(List<String> suffixes) {
    this.suffixes = suffixes;
  }

  abstract InputStream inflate(InputStream in) throws IOException;

  /** By the name of a file. */
  static Compression of(String name) {
    for (Compression compression : values()) {
      if (compression.suffix(name) > 0) {
        return compression;
      }
    }
    return NONE;
  }

  /** The name of a file without the ending that says how it is compressed. */
  public static String bare(String name) {
    return name.substring(0, name.length() - of(name).suffix(name));
  }

  private int suffix(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return suffixes.stream().filter(lower::endsWith).mapToInt(String::length).findFirst().orElse(0);
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it cannot be read
   * @throws NotCompressedException if it does not begin as its name says
   */
  public static Inflated open(Path path) throws IOException {
    Source source = new Source(path.getFileSystem().open(path));
    Compression compression = of(path.getName());
    try {
      return new Inflated(compression.inflate(source), source);
    } catch (IOException e) {
      source.close();
      if (source.failure != null) {
        throw source.failure;
      }
      throw new NotCompressedException(path.getName(), compression, e);
    }
  }

  /** The content of a file does not match its extension. */
  public static final class NotCompressedException extends IOException {
    private static final long serialVersionUID = 1L;

    private NotCompressedException(String name, Compression compression, IOException cause) {
      super(
          String.format(
              Locale.ROOT,
              "%s is cut off or not in the format %s that its name says: %s",
              name,
              compression.name().toLowerCase(Locale.ROOT),
              reason(cause)));
    }
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The file itself: distinguishes read errors from errors in its content. */
  private static final class Source extends BufferedInputStream {
    private IOException failure;
    private long bytes;

    Source(InputStream in) {
      super(in, BYTES);
    }

    @Override
    public synchronized int read() throws IOException {
      try {
        int next = super.read();
        bytes += next < 0 ? 0 : 1;
        return next;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) throws IOException {
      try {
        int read = super.read(into, offset, length);
        bytes += Math.max(0, read);
        return read;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  /** Ends at the error of a compressed file: an exception would lose what readers have buffered. */
  public static final class Inflated extends FilterInputStream {
    private final Source source;
    private String broken;

    private Inflated(InputStream in, Source source) {
      super(in);
      this.source = source;
    }

    /** Bytes that were read of the file itself. */
    public long bytes() {
      return source.bytes;
    }

    /** Error of a truncated file; null if there is none. */
    public String broken() {
      return broken;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (broken != null) {
        return -1;
      }
      try {
        return in.read(into, offset, length);
      } catch (IOException | RuntimeException e) {
        if (source.failure != null) {
          throw source.failure;
        }
        broken = "the compressed file is cut off or broken here: " + reason(e);
        return -1;
      }
    }
  }
}
