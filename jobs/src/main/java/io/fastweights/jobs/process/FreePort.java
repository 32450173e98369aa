package io.fastweights.jobs.process;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Locale;

/** A port of this machine that nothing listens at yet. */
public final class FreePort {
  private FreePort() {}

  /**
   * @param wanted 0 for any
   * @throws IllegalArgumentException if the wanted one is taken
   */
  public static int of(String host, int wanted) throws IOException {
    try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    } catch (BindException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "port %d of %s is taken: give another with --port", wanted, host));
    }
  }
}
