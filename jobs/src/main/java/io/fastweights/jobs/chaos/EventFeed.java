package io.fastweights.jobs.chaos;

import io.fastweights.jobs.events.Event;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends the events at a steady rate, those of a user in their order. */
final class EventFeed implements AutoCloseable {
  private static final long TICK_MILLIS = 10;

  private final Ledger ledger;
  private final int perSecond;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread = new Thread(this::run, "send events");
  private volatile boolean stopped;
  private volatile Exception failure;

  EventFeed(Ledger ledger, int perSecond, String brokers) {
    this.ledger = ledger;
    this.perSecond = perSecond;
    Map<String, Object> options =
        Map.of("bootstrap.servers", brokers, "enable.idempotence", true, "linger.ms", 5);
    this.producer =
        new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer());
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    long start = System.nanoTime();
    try {
      for (long sent = 0; !stopped; Thread.sleep(TICK_MILLIS)) {
        double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
        for (; sent < seconds * perSecond; sent++) {
          Event event = ledger.next();
          producer.send(
              ChaosEvents.message(ChaosBroker.EVENTS, event),
              (metadata, e) -> failure = e == null ? failure : e);
        }
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  /** Sends no more, and waits until all that was sent has arrived. */
  void stop() throws Exception {
    stopped = true;
    thread.join();
    producer.flush();
    check();
  }

  /**
   * @throws IllegalStateException if an event could not be sent
   */
  void check() {
    if (failure != null) {
      throw new IllegalStateException("the events could not be sent: " + failure, failure);
    }
  }

  @Override
  public void close() {
    stopped = true;
    producer.close();
  }
}
