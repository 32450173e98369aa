package io.fastweights.jobs.events;

import io.fastweights.jobs.events.records.Compression;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.jobs.events.structured.AvroRecords;
import io.fastweights.jobs.events.structured.ParquetRecords;
import io.fastweights.jobs.events.text.CsvRecords;
import io.fastweights.jobs.events.text.DecodedFile;
import io.fastweights.jobs.events.text.JsonLines;
import io.fastweights.jobs.events.text.JsonValues;
import io.fastweights.kernels.schema.EventFormat.Csv;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.Charset;
import org.apache.flink.core.fs.Path;

/**
 * Division of a file into records.
 *
 * @param csv the dialect of a CSV file, with its delimiter; null for other files
 * @param charset null for that of a byte order mark, or UTF-8
 */
record Layout(Framing framing, Csv csv, String charset) implements Serializable {
  /** Delimiter of records. */
  enum Framing {
    /** The end of a line that is not inside quotes. */
    CSV,
    /** The end of a line. */
    JSON_LINES,
    /** The brace that closes an object. */
    JSON_VALUES,
    /** The blocks of an Avro file. */
    AVRO,
    /** The row groups of a Parquet file. */
    PARQUET
  }

  /** The records of a file, inflated where its name says so. */
  RecordReader open(int file, Path path) throws IOException {
    if (framing == Framing.PARQUET) {
      return new ParquetRecords(file, path);
    }
    Compression.Inflated in = Compression.open(path);
    try {
      return framing == Framing.AVRO ? new AvroRecords(file, path.getName(), in) : reader(file, in);
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** The records of a file of text. */
  RecordReader reader(int file, InputStream in) throws IOException {
    DecodedFile decoded = new DecodedFile(in, charset == null ? null : Charset.forName(charset));
    return switch (framing) {
      case CSV -> new CsvRecords(file, decoded, csv);
      case JSON_LINES -> new JsonLines(file, decoded);
      case JSON_VALUES -> new JsonValues(file, decoded);
      case AVRO, PARQUET -> throw new IllegalArgumentException(framing + " is no text");
    };
  }
}
