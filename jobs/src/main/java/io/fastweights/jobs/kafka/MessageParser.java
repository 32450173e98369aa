package io.fastweights.jobs.kafka;

import io.fastweights.jobs.events.Message;
import io.fastweights.kernels.schema.MalformedEventException;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Parses messages into events in the source, which needs their times: watermarks are those of each
 * partition there.
 */
final class MessageParser implements KafkaRecordDeserializationSchema<ParsedMessage> {
  private static final long serialVersionUID = 1L;

  private final MessageCells cells;

  MessageParser(MessageCells cells) {
    this.cells = cells;
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ParsedMessage> out)
      throws IOException {
    out.collect(parsed(MessageReader.message(record)));
  }

  private ParsedMessage parsed(Message message) throws IOException {
    try {
      return new ParsedMessage(message, cells.event(message), null, cells.leftOut());
    } catch (MalformedEventException e) {
      return new ParsedMessage(message, null, e.getMessage(), null);
    }
  }

  @Override
  public TypeInformation<ParsedMessage> getProducedType() {
    return TypeInformation.of(ParsedMessage.class);
  }
}
