package io.fastweights.jobs.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.jobs.events.records.Line;
import io.fastweights.jobs.events.records.RecordReader;
import io.fastweights.jobs.events.structured.AvroJson;
import io.fastweights.kernels.schema.MalformedEventException;
import io.fastweights.kernels.schema.Schema;
import io.fastweights.kernels.schema.SchemaJson;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.NanoTime;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Avro and Parquet files, which their own libraries wrote. */
class StructuredFilesTest {
  private static final Instant START = Instant.parse("2001-01-02T03:04:05.678901Z");

  private static final Schema SCHEMA =
      SchemaJson.parse(
          """
          {"key": "user", "time": "time",
           "columns": {"plan": "account.plan", "first": "items[0]"},
           "fields": [
             {"name": "price", "encoder": "numeric", "mean": 0, "deviation": 1},
             {"name": "plan", "encoder": "hashed", "buckets": 8},
             {"name": "first", "encoder": "hashed", "buckets": 8}],
           "target": {"name": "bought", "encoder": "binary"}}
          """);

  @TempDir Path folder;

  private Path avro(String name, int count, CodecFactory codec) throws IOException {
    org.apache.avro.Schema decimal =
        org.apache.avro.LogicalTypes.decimal(9, 2).addToSchema(SchemaBuilder.builder().bytesType());
    org.apache.avro.Schema time =
        org.apache.avro.LogicalTypes.timestampMicros()
            .addToSchema(SchemaBuilder.builder().longType());
    org.apache.avro.Schema date =
        org.apache.avro.LogicalTypes.date().addToSchema(SchemaBuilder.builder().intType());
    org.apache.avro.Schema account =
        SchemaBuilder.record("Account").fields().requiredString("plan").endRecord();
    org.apache.avro.Schema schema =
        SchemaBuilder.record("Event")
            .fields()
            .requiredString("user")
            .name("time")
            .type(time)
            .noDefault()
            .name("price")
            .type(decimal)
            .noDefault()
            .name("account")
            .type(account)
            .noDefault()
            .name("items")
            .type()
            .array()
            .items()
            .stringType()
            .noDefault()
            .optionalBoolean("bought")
            .requiredDouble("score")
            .name("day")
            .type(date)
            .noDefault()
            .endRecord();
    Path file = folder.resolve(name);
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<>(schema, AvroJson.data()))) {
      writer.setCodec(codec).setSyncInterval(1000).create(schema, file.toFile());
      for (int i = 0; i < count; i++) {
        writer.append(
            new GenericRecordBuilder(schema)
                .set("user", "u" + i % 3)
                .set("time", START.plusSeconds(i))
                .set("price", new BigDecimal(i).movePointLeft(2).setScale(2))
                .set(
                    "account",
                    new GenericRecordBuilder(account).set("plan", i % 2 == 0 ? "a" : "ü").build())
                .set("items", List.of("x" + i, "y"))
                .set("bought", i % 4 == 3 ? null : i % 2 == 0)
                .set("score", i == 1 ? Double.NaN : i / 8.0)
                .set("day", LocalDate.of(2001, 1, 2).plusDays(i))
                .build());
      }
    }
    return file;
  }

  private Path parquet(String name, int count, CompressionCodecName codec) throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message event {
              required binary user (STRING);
              required int64 time (TIMESTAMP(MICROS,true));
              required int32 price (DECIMAL(9,2));
              required group account { required binary plan; }
              required group items (LIST) { repeated group list { optional binary element (STRING); } }
              optional boolean bought;
              required double score;
              required int32 day (DATE);
            }
            """);
    Path file = folder.resolve(name);
    SimpleGroupFactory factory = new SimpleGroupFactory(schema);
    try (ParquetWriter<Group> writer = writer(file, schema, codec)) {
      for (int i = 0; i < count; i++) {
        Instant at = START.plusSeconds(i);
        Group event =
            factory
                .newGroup()
                .append("user", "u" + i % 3)
                .append("time", at.getEpochSecond() * 1_000_000 + at.getNano() / 1000)
                .append("price", i);
        event.addGroup("account").append("plan", i % 2 == 0 ? "a" : "ü");
        Group items = event.addGroup("items");
        items.addGroup("list").append("element", "x" + i);
        items.addGroup("list").append("element", "y");
        if (i % 4 != 3) {
          event.append("bought", i % 2 == 0);
        }
        event.append("score", i == 1 ? Double.NaN : i / 8.0);
        event.append("day", (int) LocalDate.of(2001, 1, 2).plusDays(i).toEpochDay());
        writer.write(event);
      }
    }
    return file;
  }

  private static ParquetWriter<Group> writer(
      Path file, MessageType schema, CompressionCodecName codec) throws IOException {
    return ExampleParquetWriter.builder(new LocalOutputFile(file))
        .withConf(new PlainParquetConfiguration())
        .withType(schema)
        .withCompressionCodec(codec)
        .withRowGroupSize(4096L)
        .withPageSize(512)
        .build();
  }

  private Path write(String format, int count) throws IOException {
    return format.equals("avro")
        ? avro("events.avro", count, CodecFactory.deflateCodec(6))
        : parquet("events.parquet", count, CompressionCodecName.SNAPPY);
  }

  private static List<Event> events(Path... files) throws IOException {
    EventFiles events = EventFiles.of(List.of(files), SCHEMA, file -> {});
    EventParser parser = new EventParser(events, SCHEMA);
    List<Event> read = new ArrayList<>();
    events.forEach(
        line -> {
          try {
            read.add(parser.parse(line));
          } catch (MalformedEventException e) {
            throw new AssertionError(line.toString(), e);
          }
        });
    return read;
  }

  private static String cell(EventFiles files, Event event, String column) {
    return event.cells()[files.columns().indexOf(column)];
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void readsEveryTypeAsJsonHasIt(String format) throws Exception {
    Path file = write(format, 1000);
    List<Event> events = events(file);
    EventFiles files = EventFiles.of(file, SCHEMA);
    assertThat(events).hasSize(1000);
    for (int i = 0; i < 1000; i++) {
      Event event = events.get(i);
      assertThat(event.key()).isEqualTo("u" + i % 3);
      assertThat(event.timestamp()).isEqualTo(START.plusSeconds(i).toEpochMilli());
      assertThat(event.ask()).as("%d has no target", i).isEqualTo(i % 4 == 3);
      assertThat(new BigDecimal(cell(files, event, "price")))
          .isEqualByComparingTo(new BigDecimal(i).movePointLeft(2));
      assertThat(cell(files, event, "account.plan")).isEqualTo(i % 2 == 0 ? "a" : "ü");
      assertThat(cell(files, event, "items[0]")).isEqualTo("x" + i);
      assertThat(event.text()).contains("\"day\":\"" + LocalDate.of(2001, 1, 2).plusDays(i) + '"');
      assertThat(event.text()).contains(i == 1 ? "\"score\":\"NaN\"" : "\"score\":" + i / 8.0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "avro, null",
    "avro, deflate",
    "avro, snappy",
    "avro, bzip2",
    "avro, xz",
    "avro, zstandard",
    "parquet, UNCOMPRESSED",
    "parquet, SNAPPY",
    "parquet, ZSTD"
  })
  void readsWhatItsLibraryCompresses(String format, String codec) throws Exception {
    Path file =
        format.equals("avro")
            ? avro("events.avro", 200, CodecFactory.fromString(codec))
            : parquet("events.parquet", 200, CompressionCodecName.valueOf(codec));
    assertThat(events(file)).extracting(Event::line).hasSize(200).startsWith(1L).endsWith(200L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void goesOnFromEveryPositionThatACheckpointHolds(String format) throws Exception {
    Path file = write(format, 2500);
    Layout layout =
        new Layout(
            format.equals("avro") ? Layout.Framing.AVRO : Layout.Framing.PARQUET, null, null);
    LineFormat lines = new LineFormat(List.of(file.toString()), List.of(layout));
    List<CheckpointedPosition> positions = new ArrayList<>();
    List<String> all = read(lines, split(file), positions);
    assertThat(all).hasSize(2500);
    for (int i : new int[] {0, 1, 1023, 1024, 2000, 2499}) {
      FileSourceSplit restored = split(file).updateWithCheckpointedPosition(positions.get(i));
      assertThat(read(lines, restored, new ArrayList<>())).isEqualTo(all.subList(i + 1, 2500));
    }
  }

  private static FileSourceSplit split(Path file) throws IOException {
    return new FileSourceSplit(
        "0", new org.apache.flink.core.fs.Path(file.toUri()), 0, Files.size(file), 0, 0);
  }

  private static List<String> read(
      LineFormat format, FileSourceSplit split, List<CheckpointedPosition> positions)
      throws IOException {
    List<String> read = new ArrayList<>();
    try (BulkFormat.Reader<Line> reader =
        split.getReaderPosition().isPresent()
            ? format.restoreReader(new Configuration(), split)
            : format.createReader(new Configuration(), split)) {
      for (BulkFormat.RecordIterator<Line> batch = reader.readBatch();
          batch != null;
          batch = reader.readBatch()) {
        for (RecordAndPosition<Line> line = batch.next(); line != null; line = batch.next()) {
          read.add(line.getRecord().text());
          positions.add(new CheckpointedPosition(line.getOffset(), line.getRecordSkipCount()));
        }
      }
    }
    return read;
  }

  @Test
  void keepsTheRecordsBeforeTheBreakOfAnAvroFile() throws Exception {
    Path file = avro("events.avro", 1000, CodecFactory.nullCodec());
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {whole.length - 1, whole.length - 17, whole.length * 2 / 3}) {
      if (endsWithABlock(whole, length)) {
        length--;
      }
      Files.write(file, Arrays.copyOf(whole, length));
      List<Line> lines = new ArrayList<>();
      EventFiles.of(file, SCHEMA).forEach(lines::add);
      Line last = lines.get(lines.size() - 1);
      assertThat(last.problem()).startsWith("the Avro file is cut off or broken here, in record ");
      assertThat(lines.subList(0, lines.size() - 1))
          .hasSizeGreaterThan(100)
          .allMatch(line -> line.problem() == null);
    }
  }

  /** True if what is left is a whole file of fewer blocks. */
  private static boolean endsWithABlock(byte[] whole, int length) {
    byte[] mark = Arrays.copyOfRange(whole, whole.length - 16, whole.length);
    return Arrays.equals(Arrays.copyOfRange(whole, length - 16, length), mark);
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void neverFailsOnDamageButSaysWhere(String format) throws Exception {
    Path file = write(format, 300);
    byte[] whole = Files.readAllBytes(file);
    java.util.SplittableRandom random = new java.util.SplittableRandom(3);
    int broken = 0;
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      for (int n = 0; n <= i % 3; n++) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      }
      Files.write(file, damaged);
      try {
        List<Line> lines = new ArrayList<>();
        EventFiles.of(file, SCHEMA).forEach(lines::add);
        broken += lines.stream().anyMatch(line -> line.problem() != null) ? 1 : 0;
      } catch (IllegalArgumentException e) {
        assertThat(e).as("damage %d", i).hasMessageContaining(file.toString());
        broken++;
      }
    }
    assertThat(broken).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void namesAFileThatIsNoneOfItsKind(String format) throws Exception {
    Path file = Files.writeString(folder.resolve("page." + format), "<html>not found</html>");
    assertThatThrownBy(() -> EventFiles.of(file, SCHEMA))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("cut off or no " + (format.equals("avro") ? "Avro" : "Parquet"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "parquet"})
  void namesAColumnThatNoRecordHas(String format) throws Exception {
    Path file = write(format, 10);
    Schema other = SchemaJson.parse(SchemaJson.write(SCHEMA).replace("\"user\"", "\"User\""));
    assertThatThrownBy(() -> EventFiles.of(file, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no column User")
        .hasMessageContaining("user");
  }

  @Test
  void readsAFolderOfAllKindsInTheOrderOfTheirNames() throws Exception {
    avro("b.avro", 3, CodecFactory.nullCodec());
    parquet("c.parquet", 3, CompressionCodecName.UNCOMPRESSED);
    Files.writeString(
        folder.resolve("a.jsonl"),
        """
        {"user": "j", "time": "2001-01-01", "price": 1, "account": {"plan": "a"}, "items": ["x"]}
        """);
    assertThat(events(folder))
        .extracting(Event::key)
        .containsExactly("j", "u0", "u1", "u2", "u0", "u1", "u2");
  }

  @Test
  void readsTheTypesOfOtherParquetWriters() throws Exception {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message event {
              required binary text;
              required binary bytes;
              required int96 hive;
              required int64 local (TIMESTAMP(MILLIS,false));
              required int64 nanos (TIMESTAMP(NANOS,true));
              required int32 clock (TIME(MILLIS,true));
              required int32 small (INTEGER(32,false));
              required int64 large (INTEGER(64,false));
              required fixed_len_byte_array(16) id (UUID);
              required fixed_len_byte_array(5) money (DECIMAL(10,3));
              repeated int32 bare;
              required group old (LIST) { repeated int32 item; }
              required group sizes (MAP) {
                repeated group key_value { required binary key (STRING); optional int32 value; } }
              optional group none { required int32 x; }
              required float f;
            }
            """);
    Path file = folder.resolve("types.parquet");
    Group event = new SimpleGroupFactory(schema).newGroup();
    event.append("text", Binary.fromConstantByteArray("tëxt".getBytes(StandardCharsets.UTF_8)));
    event.append("bytes", Binary.fromConstantByteArray(new byte[] {(byte) 0xff, 0}));
    event.append("hive", new NanoTime(2_451_912, 11_045_678_901_000L));
    event.append("local", Instant.parse("2001-01-02T03:04:05.678Z").toEpochMilli());
    event.append("nanos", -1L);
    event.append("clock", LocalTime.of(3, 4, 5).toSecondOfDay() * 1000);
    event.append("small", -1).append("large", -1L);
    ByteBuffer id = ByteBuffer.allocate(16).putLong(1).putLong(2);
    event.append("id", Binary.fromConstantByteArray(id.array()));
    event.append("money", Binary.fromConstantByteArray(new byte[] {-1, -1, -1, -1, -7}));
    event.append("bare", 1).append("bare", 2);
    event.addGroup("old").append("item", 3);
    Group sizes = event.addGroup("sizes");
    sizes.addGroup("key_value").append("key", "s").append("value", 4);
    sizes.addGroup("key_value").append("key", "m");
    event.append("f", 0.1f);
    try (ParquetWriter<Group> writer = writer(file, schema, CompressionCodecName.UNCOMPRESSED)) {
      writer.write(event);
    }
    try (RecordReader reader =
        new Layout(Layout.Framing.PARQUET, null, null)
            .open(0, new org.apache.flink.core.fs.Path(file.toUri()))) {
      assertThat(reader.next().text())
          .isEqualTo(
              "{'text':'tëxt','bytes':'/wA=','hive':'2001-01-02T03:04:05.678901Z',"
                      .replace('\'', '"')
                  + "'local':'2001-01-02T03:04:05.678','nanos':'1969-12-31T23:59:59.999999999Z',"
                      .replace('\'', '"')
                  + "'clock':'03:04:05','small':4294967295,'large':18446744073709551615,"
                      .replace('\'', '"')
                  + "'id':'00000000-0000-0001-0000-000000000002','money':-0.007,'bare':[1,2],"
                      .replace('\'', '"')
                  + "'old':[3],'sizes':{'s':4,'m':null},'none':null,'f':0.1}".replace('\'', '"'));
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void readsConstantsOfFoldersBesideTheColumns() throws Exception {
    Path day = Files.createDirectories(folder.resolve("dt=2001-01-02"));
    Files.move(
        parquet("e.parquet", 2, CompressionCodecName.UNCOMPRESSED), day.resolve("e.parquet"));
    EventFiles files = EventFiles.of(folder, SCHEMA);
    assertThat(files.columns()).contains("dt");
    assertThat(Map.of("dt", cell(files, events(folder).get(0), "dt")))
        .isEqualTo(Map.of("dt", "2001-01-02"));
  }
}
