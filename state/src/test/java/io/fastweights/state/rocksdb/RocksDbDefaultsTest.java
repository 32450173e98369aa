package io.fastweights.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.CompactionStyle;

class RocksDbDefaultsTest {
  @TempDir Path folder;

  @Test
  void reachesRocksDb() throws Exception {
    Configuration options = new Configuration();
    RocksDbDefaults.set(options);
    assertThat(openedWith(options))
        .contains(
            "write_buffer_size=4194304",
            "max_write_buffer_number=16",
            "block_size=16384",
            "compaction_style=kCompactionStyleUniversal",
            "level0_file_num_compaction_trigger=8",
            "level0_slowdown_writes_trigger=40",
            "level0_stop_writes_trigger=60",
            "compression_per_level=kNoCompression")
        .anyMatch(line -> line.contains("size_ratio=20") && line.contains("min_merge_width=4"))
        .anyMatch(line -> line.startsWith("filter_policy=bloomfilter"));
  }

  @Test
  void keepsWhatTheUserSays() {
    Configuration options = new Configuration();
    options.set(RocksDBConfigurableOptions.WRITE_BUFFER_SIZE, MemorySize.ofMebiBytes(32));
    options.set(RocksDBOptions.OPTIONS_FACTORY, "their.Factory");
    RocksDbDefaults.set(options);
    assertThat(options.get(RocksDBConfigurableOptions.WRITE_BUFFER_SIZE))
        .isEqualTo(MemorySize.ofMebiBytes(32));
    assertThat(options.get(RocksDBOptions.OPTIONS_FACTORY)).isEqualTo("their.Factory");
  }

  @Test
  void leavesAnotherCompactionStyleWithItsOwnTriggers() throws Exception {
    Configuration options = new Configuration();
    options.set(RocksDBConfigurableOptions.COMPACTION_STYLE, CompactionStyle.LEVEL);
    RocksDbDefaults.set(options);
    assertThat(openedWith(options))
        .contains("compaction_style=kCompactionStyleLevel", "level0_file_num_compaction_trigger=4");
  }

  /** The lines of the options file of a database that an operator has opened. */
  private List<String> openedWith(Configuration options) throws Exception {
    options.set(RocksDBOptions.LOCAL_DIRECTORIES, folder.toString());
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new Last()), key -> key, Types.LONG);
    try {
      harness.setStateBackend(
          new EmbeddedRocksDBStateBackend(true)
              .configure(options, RocksDbDefaultsTest.class.getClassLoader()));
      harness.open();
      harness.processElement(1L, 1L);
      return lines();
    } finally {
      harness.close();
    }
  }

  private List<String> lines() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      Path last =
          files
              .filter(file -> file.getFileName().toString().startsWith("OPTIONS-"))
              .max(Path::compareTo)
              .orElseThrow();
      return Files.readAllLines(last).stream().map(String::strip).toList();
    }
  }

  private static final class Last extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Long value, Context context, Collector<Long> out) throws Exception {
      getRuntimeContext().getState(new ValueStateDescriptor<>("last", Types.LONG)).update(value);
    }
  }
}
