package io.fastweights.jobs.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.fastweights.jobs.report.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveServerTest {
  private final AtomicInteger made = new AtomicInteger();

  private Page page() {
    return new Page("State " + made.incrementAndGet()).text("two\nlines");
  }

  private static Socket ask(LiveServer server, String method, String path, String host)
      throws IOException {
    return ask(server, method, path, host, "HTTP/1.0");
  }

  private static Socket ask(
      LiveServer server, String method, String path, String host, String version)
      throws IOException {
    int port = server.address().getPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    String named = host == null ? "127.0.0.1:" + port : host;
    String request = method + " " + path + " " + version + "\r\nHost: " + named + "\r\n\r\n";
    OutputStream out = socket.getOutputStream();
    out.write(request.getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  private static String answer(LiveServer server, String method, String path, String host)
      throws IOException {
    try (Socket socket = ask(server, method, path, host)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void thePageIsThatOfTheMomentAndMayAskThisServerAlone() throws Exception {
    try (LiveServer server = new LiveServer(0, this::page, null)) {
      assertThat(answer(server, "GET", "/", null))
          .contains(" 200 ")
          .contains("<h1>State 1</h1>")
          .contains("default-src 'none'")
          .contains("connect-src 'self'\"");
      assertThat(answer(server, "GET", "/", null)).contains("<h1>State 2</h1>");
    }
  }

  @Test
  void aStreamSendsTheContentUntilTheEnd() throws Exception {
    LiveServer server = new LiveServer(0, this::page, null);
    String first;
    CompletableFuture<String> rest;
    try (Socket socket = ask(server, "GET", "/events", null)) {
      InputStream in = socket.getInputStream();
      StringBuilder begin = new StringBuilder();
      while (!begin.toString().contains("lines</p>")) {
        begin.append((char) in.read());
      }
      first = begin.toString();
      rest =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return new String(in.readAllBytes(), StandardCharsets.UTF_8);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      server.close();
      assertThat(rest.get(30, TimeUnit.SECONDS))
          .contains("event: message\ndata: <h1>State 2</h1>")
          .endsWith("event: end\ndata: \n\n");
    }
    assertThat(first)
        .contains("text/event-stream")
        .contains("event: message\ndata: <h1>State 1</h1>\ndata: <p>two\ndata: lines</p>");
  }

  /** A browser that finds the response broken off may drop the end that it has received. */
  @Test
  void aStreamIsWholeHoweverSoonTheServerStops() throws Exception {
    for (int round = 0; round < 200; round++) {
      LiveServer server = new LiveServer(0, this::page, null);
      try (Socket socket = ask(server, "GET", "/events", null, "HTTP/1.1")) {
        InputStream in = socket.getInputStream();
        String begin = new String(in.readNBytes(1), StandardCharsets.UTF_8);
        server.close();
        String rest = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        assertThat(begin + rest)
            .as("round " + round)
            .startsWith("HTTP/1.1 200 OK")
            .contains("event: end\ndata: \n\n")
            .endsWith("\r\n0\r\n\r\n");
      }
    }
  }

  @Test
  void aMemoryIsShownAndWhatGoesWrongIsTold() throws Exception {
    LiveServer.Memories memories =
        (key, question) -> {
          if (key.isEmpty()) {
            throw new IllegalArgumentException("no such key");
          }
          return "<p>" + key + ", " + question + "</p>";
        };
    try (LiveServer server = new LiveServer(0, this::page, memories)) {
      assertThat(answer(server, "GET", "/", null)).contains("fetch('memory?'");
      assertThat(answer(server, "GET", "/memory?key=a%20b&ask=page%3Dp1%2Cplan%3D*", null))
          .startsWith("HTTP/1.1 200 ")
          .endsWith("<p>a b, page=p1,plan=*</p>");
      assertThat(answer(server, "GET", "/memory", null))
          .startsWith("HTTP/1.1 400 ")
          .contains("text/plain")
          .endsWith("no such key");
      String local = "127.0.0.1:" + server.address().getPort();
      assertThat(answer(server, "GET", "/memory?key=a", local + "\r\nSec-Fetch-Site: cross-site"))
          .as("a page of another site")
          .startsWith("HTTP/1.1 403 ");
    }
    try (LiveServer server = new LiveServer(0, this::page, null)) {
      assertThat(answer(server, "GET", "/memory?key=a", null)).startsWith("HTTP/1.1 404 ");
      assertThat(answer(server, "GET", "/", null)).doesNotContain("fetch(");
    }
  }

  @Test
  void nothingElseIsServedAndNoOtherSite() throws Exception {
    try (LiveServer server = new LiveServer(0, this::page, null)) {
      assertThat(answer(server, "GET", "/etc", null)).startsWith("HTTP/1.1 404 ");
      assertThat(answer(server, "POST", "/", null)).startsWith("HTTP/1.1 405 ");
      assertThat(answer(server, "GET", "/", "elsewhere.example:80")).startsWith("HTTP/1.1 403 ");
      assertThat(made.get()).as("pages made").isZero();
      assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
    }
  }
}
