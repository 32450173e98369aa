package io.fastweights.jobs.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Locale;

/**
 * Checks that no other user can write to a folder. A session cluster or a broker runs the
 * configuration of its folder, and 'down' ends the processes that the folder names.
 */
public final class OwnFolder {
  private OwnFolder() {}

  /**
   * Creates a folder that only its owner can enter, or removes all others' access to an existing
   * one.
   *
   * @throws IllegalArgumentException if it is there and another user owns it or can write to it
   */
  public static void create(Path folder) throws IOException {
    check(folder);
    Files.createDirectories(folder);
    if (isPosix(folder)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  /**
   * @throws IllegalArgumentException if the folder is there and another user owns it or can write
   *     to it
   */
  public static void check(Path folder) throws IOException {
    if (!Files.exists(folder) || !isPosix(folder)) {
      return;
    }
    PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class);
    UserPrincipal user = user();
    if (!found.owner().equals(user)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s belongs to user %s, the folder must belong to user %s",
              folder,
              found.owner().getName(),
              user.getName()));
    }
    if (found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "every user can write to %s (%s): give another folder, or take that right away",
              folder,
              PosixFilePermissions.toString(found.permissions())));
    }
  }

  /** The user of this process: the owner of what it creates. */
  private static UserPrincipal user() throws IOException {
    Path probe = Files.createTempFile("fastweights", null);
    try {
      return Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static boolean isPosix(Path folder) {
    return Files.getFileAttributeView(folder, PosixFileAttributeView.class) != null;
  }
}
