package io.fastweights.jobs.live;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fastweights.jobs.report.Page;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Serves a page that changes, to browsers of this machine: {@code /} is the page, {@code /events} a
 * stream of server-sent events with its content, {@code /memory} what one key's memory holds. It
 * can only be read.
 */
public final class LiveServer implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1000;
  private static final int CLOSE_SECONDS = 10;
  private static final String HTML = "text/html; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";

  /** Streams at a time: each has a thread, and a page is made for each. */
  private static final int MOST_STREAMS = 8;

  private static final int THREADS = MOST_STREAMS + 4;

  private final HttpServer server;
  private final Supplier<Page> pages;
  private final Memories memories;
  private final Semaphore looks = new Semaphore(1);
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

  /** What the memory of a key holds. */
  public interface Memories {
    /**
     * @param key in text
     * @param question {@code field=value,...}; empty for none
     * @return the content of a page
     * @throws Exception with a message for the reader
     */
    String html(String key, String question) throws Exception;
  }

  /**
   * @param port of the loopback interface; 0 for one that is free
   * @param pages the page at the time of the call; from any thread
   * @param memories asked by one reader at a time; null if the page does not show them
   * @throws IOException if the port is taken
   */
  public LiveServer(int port, Supplier<Page> pages, Memories memories) throws IOException {
    this.pages = pages;
    this.memories = memories;
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
        send(exchange, 200, HTML, pages.get().liveHtml(memories != null));
      } else if (exchange.getRequestURI().getPath().equals("/events")) {
        stream(exchange);
      } else if (exchange.getRequestURI().getPath().equals("/memory") && memories != null) {
        look(exchange);
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  /** A look takes work: no page of another site may cause it. */
  private void look(HttpExchange exchange) throws IOException {
    String from = exchange.getRequestHeaders().getFirst("Sec-Fetch-Site");
    if (from != null && !from.equals("same-origin")) {
      exchange.sendResponseHeaders(403, -1);
    } else if (!looks.tryAcquire()) {
      send(exchange, 503, TEXT, "Another memory is being read. Try again.");
    } else {
      int code = 200;
      String shown;
      try {
        Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
        shown = memories.html(query.getOrDefault("key", ""), query.getOrDefault("ask", ""));
      } catch (Exception e) {
        code = 400;
        shown = Objects.toString(e.getMessage(), e.toString());
      } finally {
        looks.release();
      }
      send(exchange, code, code == 200 ? HTML : TEXT, shown);
    }
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String part : raw == null ? new String[0] : raw.split("&")) {
      int at = part.indexOf('=');
      if (at > 0) {
        query.put(
            part.substring(0, at),
            URLDecoder.decode(part.substring(at + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  private static void send(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(code, bytes.length);
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
