package io.fastweights.jobs.values;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads schemas of a Confluent Schema Registry, or of another that answers as it does, by its REST
 * API. Redirects are not followed.
 */
final class SchemaRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistry.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_BYTES = 1 << 24;

  private final List<String> urls;
  private final RegistryOptions options;
  private final HttpClient http;

  /**
   * @param urls more than one with commas between
   * @throws IllegalArgumentException if one is no address, or key and trust stores cannot be read
   */
  SchemaRegistry(String urls, RegistryOptions options) {
    this.urls = Arrays.stream(urls.split(",")).map(String::trim).map(SchemaRegistry::url).toList();
    this.options = options;
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMillis(options.getInt(RegistryOptions.TIMEOUT)));
    if (options.hasSsl()) {
      DefaultSslEngineFactory ssl = new DefaultSslEngineFactory();
      ssl.configure(options.values());
      client.sslContext(ssl.sslContext());
    }
    http = client.build();
  }

  private static String url(String url) {
    if (!url.matches("https?://[^\\s/].*")) {
      throw new IllegalArgumentException(
          "source.kafka.schema-registry is '" + url + "', must be http://... or https://...");
    }
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /**
   * @param id as in the path of a request: ids/7 or guids/...
   * @param format as the registry names it; null for the text
   * @return null if the registry has none of this id
   */
  RegisteredSchema schema(String id, String format) throws IOException {
    return get("/schemas/" + id + query(format));
  }

  /**
   * @param version a number, or latest
   * @param format as the registry names it; null for the text
   * @return null if the registry has no such version of a subject
   */
  RegisteredSchema version(String subject, String version, String format) throws IOException {
    String name = URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    return get("/subjects/" + name + "/versions/" + version + query(format));
  }

  /**
   * The schema of a reference.
   *
   * @throws IllegalArgumentException if the registry lacks it; says so without a subject
   */
  RegisteredSchema referenced(RegisteredSchema.Reference reference, String format)
      throws IOException {
    RegisteredSchema schema =
        version(reference.subject(), Integer.toString(reference.version()), format);
    if (schema == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "names version %d of subject %s, which is not there",
              reference.version(),
              reference.subject()));
    }
    return schema;
  }

  private static String query(String format) {
    return format == null ? "" : "?format=" + format;
  }

  /** Tries all addresses, and all again after a pause. */
  private RegisteredSchema get(String path) throws IOException {
    IOException last = null;
    for (int round = 0; round <= options.getInt(RegistryOptions.RETRIES); round++) {
      if (round > 0) {
        pause(options.getInt(RegistryOptions.RETRY_WAIT));
      }
      for (String url : urls) {
        try {
          return answer(url + path);
        } catch (InterruptedIOException e) {
          throw e;
        } catch (IOException e) {
          LOG.warn("{}{}: {}", url, path, e.toString());
          last = e;
        }
      }
    }
    throw new IOException(
        "no schema registry answers at "
            + String.join(", ", urls)
            + ": "
            + (last.getMessage() == null ? last.toString() : last.getMessage()),
        last);
  }

  private static void pause(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for the schema registry");
  }

  private RegisteredSchema answer(String url) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofMillis(options.getInt(RegistryOptions.TIMEOUT)))
            .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
    String authorization = authorization();
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    HttpResponse<InputStream> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw interrupted();
    }
    try (InputStream body = response.body()) {
      return answer(url, response.statusCode(), body);
    }
  }

  private String authorization() {
    String token = options.secret(RegistryOptions.TOKEN);
    if (token != null) {
      return "Bearer " + token;
    }
    String user = options.secret(RegistryOptions.USER_INFO);
    return user == null
        ? null
        : "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
  }

  private static RegisteredSchema answer(String url, int status, InputStream body)
      throws IOException {
    if (status == 404) {
      return null;
    }
    if (status == 401 || status == 403) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "it refuses %s with status %d: see %s or %s in the properties of"
                  + " source.kafka.schema-registry",
              url,
              status,
              RegistryOptions.USER_INFO,
              RegistryOptions.TOKEN));
    }
    if (status != 200) {
      throw new IOException(url + " answers with status " + status);
    }
    byte[] bytes = body.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new IOException(url + " answers with more than " + MOST_BYTES + " bytes");
    }
    try {
      RegisteredSchema schema = JSON.readValue(bytes, RegisteredSchema.class);
      if (schema != null && schema.schema() != null) {
        return schema;
      }
    } catch (JsonProcessingException e) {
      throw new IOException(url + " answers with no JSON: " + e.getOriginalMessage(), e);
    }
    throw new IOException(url + " answers without a schema");
  }
}
