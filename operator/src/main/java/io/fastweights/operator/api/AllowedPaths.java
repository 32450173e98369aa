package io.fastweights.operator.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.flink.annotation.PublicEvolving;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Restrictions on the files that may be read. Weights: {@link FastWeightOptions#WEIGHTS_ROOTS},
 * {@link FastWeightOptions#WEIGHTS_SCHEMES} and {@link FastWeightOptions#WEIGHTS_SHA256}. Events
 * and schemas, which are local: {@link FastWeightOptions#DATA_ROOTS}.
 *
 * <p>Links in a local path are resolved before it is compared. Any other path is compared
 * literally, by scheme, authority and whole names: an alias such as s3a for s3 needs its own root.
 */
@PublicEvolving
public final class AllowedPaths {
  /** All options that restrict files. */
  public static final List<ConfigOption<List<String>>> OPTIONS =
      List.of(
          FastWeightOptions.DATA_ROOTS,
          FastWeightOptions.WEIGHTS_ROOTS,
          FastWeightOptions.WEIGHTS_SCHEMES,
          FastWeightOptions.WEIGHTS_SHA256);

  /** The bytes are sent as one record, with room for its header. */
  private static final long MOST_BYTES = 1L << 30;

  private static final String LOCAL = "file";
  private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*");
  private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");

  private final ConfigOption<List<String>> rootsOption;
  private final List<Path> roots;
  private final List<String> schemes;
  private final List<String> digests;

  private AllowedPaths(
      ConfigOption<List<String>> rootsOption,
      List<Path> roots,
      List<String> schemes,
      List<String> digests) {
    this.rootsOption = rootsOption;
    this.roots = roots;
    this.schemes = schemes;
    this.digests = digests;
  }

  /**
   * For weights.
   *
   * @throws IllegalArgumentException if a root is no path or has a scheme that is not allowed, a
   *     scheme is invalid, or a pin is no SHA-256; names the option
   */
  public static AllowedPaths of(ReadableConfig options) {
    List<String> schemes = options.get(FastWeightOptions.WEIGHTS_SCHEMES);
    checkAll(FastWeightOptions.WEIGHTS_SCHEMES, schemes, SCHEME, "in lower case, as in s3");
    List<String> digests = options.get(FastWeightOptions.WEIGHTS_SHA256);
    checkAll(FastWeightOptions.WEIGHTS_SHA256, digests, SHA_256, "64 hexadecimal digits");
    ConfigOption<List<String>> option = FastWeightOptions.WEIGHTS_ROOTS;
    return new AllowedPaths(option, roots(option, options, schemes), schemes, digests);
  }

  /**
   * For files of events and schemas.
   *
   * @throws IllegalArgumentException if a root is no local path; names the option
   */
  public static AllowedPaths ofData(ReadableConfig options) {
    ConfigOption<List<String>> option = FastWeightOptions.DATA_ROOTS;
    List<String> local = List.of(LOCAL);
    return new AllowedPaths(option, roots(option, options, local), local, List.of());
  }

  private static List<Path> roots(
      ConfigOption<List<String>> option, ReadableConfig options, List<String> schemes) {
    return options.get(option).stream().map(root -> root(option, root, schemes)).toList();
  }

  private static void checkAll(
      ConfigOption<List<String>> option, List<String> values, Pattern pattern, String form) {
    for (String value : values) {
      if (!pattern.matcher(value).matches()) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "%s has %s, must be %s", option.key(), value, form));
      }
    }
  }

  private static Path root(ConfigOption<List<String>> option, String text, List<String> schemes) {
    Path root;
    try {
      root = qualified(new Path(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s has %s: %s", option.key(), text, e.getMessage()), e);
    }
    if (!schemes.contains(root.toUri().getScheme())) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has %s, its scheme must be one of %s (%s)",
              option.key(),
              text,
              schemes,
              FastWeightOptions.WEIGHTS_SCHEMES.key()));
    }
    return root;
  }

  /**
   * The file to open in place of this one: its scheme is in lower case and, where there are roots,
   * a local path has no link in it.
   *
   * @throws IllegalArgumentException if its scheme is not allowed, or it is no file below a root;
   *     names the path, what is allowed and the option
   */
  public Path check(Path file) {
    if (file.getPath().indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          file.getPath().replace("\0", "\\0") + " has a NUL in it, no path may");
    }
    Path qualified = qualified(file);
    if (!schemes.contains(qualified.toUri().getScheme())) {
      throw refused(file, "is of none of the schemes", schemes, FastWeightOptions.WEIGHTS_SCHEMES);
    }
    if (roots.isEmpty()) {
      return qualified;
    }
    try {
      Path real = real(qualified);
      for (Path root : roots) {
        if (isBelow(real, root)) {
          return real;
        }
      }
    } catch (IOException e) {
      // Same error as for a file elsewhere: it must not reveal which files exist.
    }
    throw refused(file, "is no file below", roots, rootsOption);
  }

  /**
   * Reads a whole weights file.
   *
   * @return the bytes, checked by {@link #check} and {@link #checkPin}
   * @throws IOException if it cannot be read, is larger than 1 GiB, or is local and not a regular
   *     file
   */
  public byte[] read(String path) throws IOException {
    Path file = check(new Path(path));
    FileSystem files = file.getFileSystem();
    long length = files.getFileStatus(file).getLen();
    if (length > MOST_BYTES) {
      throw new IOException(
          String.format(
              Locale.ROOT, "%s has %d bytes, must have at most %d", path, length, MOST_BYTES));
    }
    if (isLocal(file) && !Files.isRegularFile(java.nio.file.Path.of(file.getPath()))) {
      throw new IOException(path + " is no regular file");
    }
    try (InputStream in = files.open(file)) {
      byte[] bytes = in.readNBytes((int) length + 1);
      if (bytes.length != length) {
        throw new IOException(
            String.format(Locale.ROOT, "%s has not the %d bytes that it should", path, length));
      }
      checkPin(bytes, path);
      return bytes;
    }
  }

  /**
   * @param name of the bytes in the error message
   * @throws IllegalArgumentException if there are pins and none matches the bytes
   */
  public void checkPin(byte[] bytes, String name) {
    if (digests.isEmpty()) {
      return;
    }
    String digest = Sha256.hex(bytes);
    if (digests.stream().noneMatch(digest::equalsIgnoreCase)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s has the SHA-256 %s, must have one of %s (%s)",
              name,
              digest,
              digests,
              FastWeightOptions.WEIGHTS_SHA256.key()));
    }
  }

  private static IllegalArgumentException refused(
      Path file, String why, List<?> allowed, ConfigOption<?> option) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "%s %s %s (%s)", file, why, allowed, option.key()));
  }

  /** The path with the scheme that Flink would use, in lower case. */
  private static Path qualified(Path path) {
    URI uri = path.toUri();
    URI base = uri.getScheme() == null ? FileSystem.getDefaultFsUri() : uri;
    String scheme = base.getScheme().toLowerCase(Locale.ROOT);
    // A relative path refers to the working directory, which only the local file system has.
    String names =
        scheme.equals(LOCAL)
            ? java.nio.file.Path.of(path.getPath()).toAbsolutePath().toString()
            : path.getPath().isEmpty() ? Path.SEPARATOR : path.getPath();
    return new Path(scheme, scheme.equals(LOCAL) ? null : base.getAuthority(), names);
  }

  private static Path real(Path path) throws IOException {
    return isLocal(path)
        ? new Path(java.nio.file.Path.of(path.getPath()).toRealPath().toUri())
        : path;
  }

  private static boolean isBelow(Path real, Path root) throws IOException {
    if (!isLocal(root)) {
      // Flink has normalised both; a remaining .. leads above the file system's root.
      return sameFileSystem(real.toUri(), root.toUri())
          && names(real).startsWith(names(root))
          && !names(real).startsWith("/../");
    }
    java.nio.file.Path folder = java.nio.file.Path.of(root.getPath());
    return isLocal(real)
        && Files.exists(folder)
        && java.nio.file.Path.of(real.getPath()).startsWith(folder.toRealPath());
  }

  /** With a trailing slash, so that a name never matches as a prefix of another. */
  private static String names(Path path) {
    return path.getPath().endsWith("/") ? path.getPath() : path.getPath() + "/";
  }

  private static boolean sameFileSystem(URI file, URI root) {
    return file.getScheme().equals(root.getScheme())
        && String.valueOf(file.getAuthority()).equals(String.valueOf(root.getAuthority()));
  }

  private static boolean isLocal(Path path) {
    return path.toUri().getScheme().equals(LOCAL);
  }
}
