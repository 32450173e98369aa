package io.fastweights.jobs.values;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fastweights.jobs.values.RegisteredSchema.Reference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers the calls of a schema registry's REST API that read schemas. */
public final class StubRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, ObjectNode> answers = new ConcurrentHashMap<>();

  /** Paths of the requests, in their order. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** How many requests are still to fail with status 503. */
  final AtomicInteger failures = new AtomicInteger();

  /** The only header Authorization that is let in; null for any. */
  volatile String authorization;

  public StubRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Registers a text under ids/ID, or guids/GUID. */
  public void put(String id, String type, String schema) {
    put(id, type, schema, new Reference[0]);
  }

  void put(String id, String type, String schema, Reference... references) {
    answers.put("/schemas/" + id, node(type, schema, references));
  }

  /** Registers a text as a version of a subject. */
  public void putVersion(String subject, String version, String type, String schema) {
    putVersion(subject, version, type, schema, new Reference[0]);
  }

  void putVersion(
      String subject, String version, String type, String schema, Reference... references) {
    answers.put("/subjects/" + subject + "/versions/" + version, node(type, schema, references));
  }

  /** Registers the descriptor of a Protobuf schema. */
  void put(String id, FileDescriptorProto file, Reference... references) {
    put(id, "PROTOBUF", "syntax = \"proto3\"; ...", references);
    put(id + "?format=serialized", "PROTOBUF", base64(file), references);
  }

  static String base64(FileDescriptorProto file) {
    return Base64.getEncoder().encodeToString(file.toByteArray());
  }

  private static ObjectNode node(String type, String schema, Reference... references) {
    ObjectNode node = JSON.createObjectNode().put("schema", schema).put("maxId", 9);
    if (type != null) {
      node.put("schemaType", type);
    }
    if (references.length > 0) {
      node.set("references", JSON.valueToTree(references));
    }
    return node;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    requests.add(path);
    boolean mayPass =
        authorization == null
            || authorization.equals(exchange.getRequestHeaders().getFirst("Authorization"));
    ObjectNode found = answers.get(path);
    if (!mayPass) {
      send(exchange, 401, "{\"error_code\": 401}");
    } else if (failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      send(exchange, 503, "busy");
    } else if (found == null) {
      send(exchange, 404, "{\"error_code\": 40403, \"message\": \"Schema not found\"}");
    } else {
      send(exchange, 200, found.toString());
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
