package io.fastweights.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A headless Chromium with one page, driven over the DevTools protocol. */
public final class Browser implements AutoCloseable {
  private static final int SECONDS = 60;
  private static final int MOST_PIXELS = 16_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final WebSocket socket;
  private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();
  private final String session;
  private int sent;

  /**
   * @param program of Chromium
   * @param profile an empty folder
   */
  public Browser(Path program, Path profile) throws Exception {
    Files.createDirectories(profile);
    process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("log.txt").toFile())
            .start();
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(endpoint(profile.resolve("DevToolsActivePort")), new Replies())
            .get(SECONDS, TimeUnit.SECONDS);
    JsonNode target = call("Target.createTarget", null, Map.of("url", "about:blank"));
    Object id = target.get("targetId").asText();
    session =
        call("Target.attachToTarget", null, Map.of("targetId", id, "flatten", true))
            .get("sessionId")
            .asText();
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      call(domain + ".enable", Map.of());
    }
  }

  /** Chromium writes its port and path when it is ready. */
  private URI endpoint(Path file) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (System.nanoTime() < end && process.isAlive()) {
      List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
      if (lines.size() >= 2) {
        return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(
        "Chromium did not start: " + Files.readString(file.resolveSibling("log.txt")));
  }

  private final class Replies implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void take(String text) {
    try {
      JsonNode message = JSON.readTree(text);
      if (message.has("id")) {
        CompletableFuture<JsonNode> reply = replies.remove(message.get("id").asInt());
        if (reply != null) {
          reply.complete(message);
        }
      } else {
        events.add(message);
      }
    } catch (IOException e) {
      throw new IllegalStateException(text, e);
    }
  }

  private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
    return call(method, session, parameters);
  }

  private JsonNode call(String method, String to, Map<String, ?> parameters) throws Exception {
    ObjectNode message = JSON.createObjectNode().put("id", ++sent).put("method", method);
    if (to != null) {
      message.put("sessionId", to);
    }
    message.set("params", JSON.valueToTree(parameters));
    CompletableFuture<JsonNode> reply = new CompletableFuture<>();
    replies.put(sent, reply);
    socket.sendText(message.toString(), true).get(SECONDS, TimeUnit.SECONDS);
    JsonNode answer = reply.get(SECONDS, TimeUnit.SECONDS);
    if (answer.has("error")) {
      throw new IllegalStateException(method + ": " + answer.get("error"));
    }
    return answer.get("result");
  }

  /**
   * Opens a page.
   *
   * @param width of the window in pixels
   * @param scheme light or dark
   * @param media screen or print
   */
  public void open(URI page, int width, String scheme, String media) throws Exception {
    events.clear();
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", width < 600));
    List<?> features = List.of(Map.of("name", "prefers-color-scheme", "value", scheme));
    call("Emulation.setEmulatedMedia", Map.of("media", media, "features", features));
    call("Page.navigate", Map.of("url", page.toString()));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (events("Page.loadEventFired").isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(page + " did not load: " + events);
      }
      Thread.sleep(5);
    }
  }

  private List<JsonNode> events(String method) {
    return events.stream().filter(event -> event.get("method").asText().equals(method)).toList();
  }

  /** Errors of scripts and of the page since it was opened. */
  public List<String> errors() {
    List<String> errors = new ArrayList<>();
    events("Runtime.exceptionThrown").forEach(event -> errors.add(event.toString()));
    events("Runtime.consoleAPICalled").forEach(event -> errors.add(event.toString()));
    events("Log.entryAdded").forEach(event -> errors.add(event.toString()));
    return errors;
  }

  /** Addresses that the page asked for since it was opened, its own first. */
  public List<String> requests() {
    return events("Network.requestWillBeSent").stream()
        .map(event -> event.at("/params/request/url").asText())
        .toList();
  }

  /** The value of an expression of JavaScript, or of its promise. */
  public JsonNode evaluate(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
    }
    return result.at("/result/value");
  }

  /** Moves the pointer into the window. */
  public void point(double x, double y) throws Exception {
    call("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
  }

  /** Writes a picture of what is in the window, or of the whole page. */
  public void picture(Path file, boolean whole) throws Exception {
    JsonNode size = call("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
    Map<String, ?> clip =
        Map.of(
            "x", 0,
            "y", 0,
            "width", size.get("width").asDouble(),
            "height", Math.min(MOST_PIXELS, size.get("height").asDouble()),
            "scale", 1);
    Map<String, ?> shown =
        whole
            ? Map.of("format", "png", "captureBeyondViewport", true, "clip", clip)
            : Map.of("format", "png");
    String data = call("Page.captureScreenshot", shown).get("data").asText();
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /** Lets Chromium end by itself, so that it removes its files. */
  @Override
  public void close() throws IOException {
    List<ProcessHandle> children = process.descendants().toList();
    socket.sendText("{\"id\":0,\"method\":\"Browser.close\"}", true).join();
    try {
      process.onExit().get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("Chromium did not end", e);
    } finally {
      socket.abort();
      children.forEach(ProcessHandle::destroy);
      process.destroyForcibly();
    }
  }
}
