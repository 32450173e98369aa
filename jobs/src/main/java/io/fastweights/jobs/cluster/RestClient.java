package io.fastweights.jobs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a cluster's REST endpoint. */
final class RestClient {
  private static final Duration WAIT = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(WAIT).build();
  private final String address;

  /**
   * @param address host and port
   */
  RestClient(String address) {
    this.address = address;
  }

  /** Slots and jobs of a cluster. */
  record Overview(int slots, int freeSlots, int runningJobs) {}

  /** Empty if the cluster does not answer. */
  Optional<Overview> overview() throws InterruptedException {
    return get("/overview")
        .map(
            body ->
                new Overview(
                    body.path("slots-total").asInt(),
                    body.path("slots-available").asInt(),
                    body.path("jobs-running").asInt()));
  }

  /**
   * Names of the TaskManagers that have given slots to jobs; none if the cluster does not answer.
   */
  List<String> workers() throws InterruptedException {
    List<String> workers = new ArrayList<>();
    for (JsonNode taskManager : get("/taskmanagers").orElse(JSON.nullNode()).path("taskmanagers")) {
      if (taskManager.path("freeSlots").asInt() < taskManager.path("slotsNumber").asInt()) {
        workers.add(taskManager.path("id").asText());
      }
    }
    return workers;
  }

  private Optional<JsonNode> get(String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(WAIT).build();
    try {
      return Optional.of(JSON.readTree(http.send(request, BodyHandlers.ofString()).body()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
