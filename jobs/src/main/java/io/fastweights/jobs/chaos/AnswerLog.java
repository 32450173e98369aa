package io.fastweights.jobs.chaos;

import io.fastweights.jobs.broker.TopicReader;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Follows the topic of predictions and enters every committed one in the ledger. */
final class AnswerLog implements AutoCloseable {
  private final Ledger ledger;
  private final TopicReader reader;
  private final Thread thread = new Thread(this::run, "read predictions");
  private volatile boolean stopped;
  private volatile Exception failure;

  AnswerLog(Ledger ledger, String brokers) {
    this.ledger = ledger;
    this.reader = new TopicReader(brokers, ChaosBroker.PREDICTIONS);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!stopped) {
        reader.poll(this::take);
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    ledger.take(record.timestamp(), record.key(), record.value());
  }

  /**
   * Reads to the end, once the job has ended.
   *
   * @param longest that a transaction of it may stay open
   */
  void finish(Duration longest) throws Exception {
    stopped = true;
    thread.join();
    check();
    reader.finish(longest, this::take);
  }

  /**
   * @throws IllegalStateException if the predictions could not be read
   */
  void check() {
    if (failure != null) {
      throw new IllegalStateException("the predictions could not be read: " + failure, failure);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    reader.close();
  }
}
