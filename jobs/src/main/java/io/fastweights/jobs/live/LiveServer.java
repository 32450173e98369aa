package io.fastweights.jobs.live;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fastweights.jobs.report.Page;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves a page that changes, to browsers of this machine: {@code /} is the page, {@code /events} a
 * stream of server-sent events with its content. It can only be read.
 */
public final class LiveServer implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1000;
  private static final int CLOSE_SECONDS = 10;

  /** Streams at a time: each has a thread, and a page is made for each. */
  private static final int MOST_STREAMS = 8;

  private static final int THREADS = MOST_STREAMS + 4;

  private final HttpServer server;
  private final Supplier<Page> pages;
  private final Set<String> hosts;
  private final Semaphore streams = new Semaphore(MOST_STREAMS);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          task -> {
            Thread thread = new Thread(task, "live page");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * @param port of the loopback interface; 0 for one that is free
   * @param pages the page at the time of the call; from any thread
   * @throws IOException if the port is taken
   */
  public LiveServer(int port, Supplier<Page> pages) throws IOException {
    this.pages = pages;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    int bound = server.getAddress().getPort();
    // A page of another site that lets its name lead here would send that name.
    hosts = Set.of("127.0.0.1:" + bound, "localhost:" + bound, "[::1]:" + bound);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** Of the page. */
  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !hosts.contains(host)) {
        exchange.sendResponseHeaders(403, -1);
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(405, -1);
      } else if (exchange.getRequestURI().getPath().equals("/")) {
        send(exchange, "text/html; charset=utf-8", pages.get().liveHtml());
      } else if (exchange.getRequestURI().getPath().equals("/events")) {
        stream(exchange);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private static void send(HttpExchange exchange, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Sends the content again and again, and once more when all has ended. */
  private void stream(HttpExchange exchange) throws IOException {
    if (!streams.tryAcquire()) {
      exchange.sendResponseHeaders(503, -1);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    // The last chunk goes out before the permit: a browser drops what it has not read of a response
    // that breaks off, and close() waits for permits only.
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      boolean last = false;
      while (!last) {
        last = ended.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        event(out, "message", pages.get().content());
      }
      event(out, "end", "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      streams.release();
    }
  }

  private static void event(OutputStream out, String name, String text) throws IOException {
    String lines = "data: " + text.replace("\n", "\ndata: ");
    out.write(("event: " + name + "\n" + lines + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** Sends the last state of the page to those who look at it, and stops. */
  @Override
  public void close() {
    ended.countDown();
    try {
      if (!streams.tryAcquire(MOST_STREAMS, CLOSE_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
