package io.fastweights.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fastweights.operator.stored.CheckedWeights;
import io.fastweights.operator.stored.CheckedWeightsSerializer;
import io.fastweights.operator.stored.ErrorStatistics;
import io.fastweights.operator.stored.WaitingAsk;
import io.fastweights.operator.stored.WaitingAskSerializer;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** The serializers of the operators' state beside memories. */
class StoredValuesTest {
  private static final WaitingAsk ASK =
      new WaitingAsk(new float[] {0.25f, -0f, 0.75f}, 17, 1L << 40);
  private static final CheckedWeights WEIGHTS =
      new CheckedWeights("file:/weights/höhe", 7, 3, "ab12", new byte[] {1, -1, 0});

  private static byte[] write(WaitingAsk ask) throws IOException {
    return write(new WaitingAskSerializer(), ask);
  }

  private static <V> byte[] write(TypeSerializer<V> serializer, V value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private static <V> V read(TypeSerializer<V> serializer, byte[] bytes) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    V value = serializer.deserialize(in);
    assertThat(in.available()).as("bytes left").isZero();
    return value;
  }

  /** A snapshot as it comes out of a savepoint. */
  private static <V> TypeSerializerSnapshot<V> stored(TypeSerializer<V> serializer)
      throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    return TypeSerializerSnapshot.readVersionedSnapshot(
        new DataInputDeserializer(out.getCopyOfBuffer()), StoredValuesTest.class.getClassLoader());
  }

  private static <V> TypeSerializerSchemaCompatibility<V> compatibility(
      TypeSerializer<V> now, TypeSerializerSnapshot<V> before) {
    return now.snapshotConfiguration().resolveSchemaCompatibility(before);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static <V> TypeSerializer<V> pojo(Class<?> type, Map<String, TypeInformation<?>> fields) {
    return (TypeSerializer<V>)
        Types.POJO((Class) type, fields).createSerializer(new SerializerConfigImpl());
  }

  @Test
  void anAskIsReadAsItWasWritten() throws IOException {
    TypeSerializer<WaitingAsk> restored = stored(new WaitingAskSerializer()).restoreSerializer();
    assertThat(restored).isEqualTo(new WaitingAskSerializer());
    assertThat(read(restored, write(ASK))).usingRecursiveComparison().isEqualTo(ASK);
    assertThat(restored.copy(ASK)).isNotSameAs(ASK).usingRecursiveComparison().isEqualTo(ASK);
  }

  @Test
  void weightsAreReadAsTheyWereWritten() throws IOException {
    TypeSerializer<CheckedWeights> restored =
        stored(new CheckedWeightsSerializer()).restoreSerializer();
    assertThat(read(restored, write(restored, WEIGHTS)))
        .usingRecursiveComparison()
        .isEqualTo(WEIGHTS);
    assertThat(restored.copy(WEIGHTS))
        .isNotSameAs(WEIGHTS)
        .usingRecursiveComparison()
        .isEqualTo(WEIGHTS);
  }

  /** The bytes are those of the first release that wrote them. */
  @Test
  void errorStatisticsAreReadAsTheyWereWritten() throws IOException {
    double[] statistics = new double[ErrorStatistics.SIZE];
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] = i - 0.5;
    }
    byte[] bytes =
        HexFormat.of()
            .parseHex(
                "01bfe00000000000003fe00000000000003ff800000000000040040000000000"
                    + "00400c000000000000401200000000000040160000000000"
                    + "00401a000000000000401e0000000000004021000000000000402300000000"
                    + "00004025000000000000402700000000000040290000000000"
                    + "00402b000000000000402d000000000000402f0000000000004030800000000000"
                    + "4031800000000000");
    TypeSerializer<double[]> restored = stored(new ErrorStatistics()).restoreSerializer();
    assertThat(write(restored, statistics)).isEqualTo(bytes);
    assertThat(read(restored, bytes)).isEqualTo(statistics);
    assertThat(restored.copy(statistics)).isNotSameAs(statistics).isEqualTo(statistics);
    assertThat(compatibility(restored, stored(restored)))
        .matches(TypeSerializerSchemaCompatibility::isCompatibleAsIs);
    assertThatThrownBy(() -> write(restored, new double[2]))
        .isInstanceOf(IOException.class)
        .hasMessage("error statistics of 2 doubles, must be 19");
  }

  /** The heap backend keeps the objects that the old serializer reads. */
  @Test
  void valuesReadByThePojoSerializerAreWrittenInTheCurrentFormat() throws IOException {
    TypeSerializer<WaitingAsk> old =
        stored(
                StoredValuesTest.<WaitingAsk>pojo(
                    Asked.class,
                    Map.of(
                        "values", Types.PRIMITIVE_ARRAY(Types.FLOAT),
                        "timestamp", Types.LONG,
                        "expires", Types.LONG)))
            .restoreSerializer();
    WaitingAsk empty = old.createInstance();
    assertThat(empty).isInstanceOf(Asked.class);
    byte[] bytes = write(empty);
    assertThat(read(new WaitingAskSerializer(), bytes).getClass()).isEqualTo(WaitingAsk.class);
    assertThat(compatibility(new WaitingAskSerializer(), old.snapshotConfiguration()))
        .matches(TypeSerializerSchemaCompatibility::isCompatibleAfterMigration);
  }

  @Test
  void theSameSerializerIsCompatibleAsItIs() throws IOException {
    assertThat(compatibility(new WaitingAskSerializer(), stored(new WaitingAskSerializer())))
        .matches(TypeSerializerSchemaCompatibility::isCompatibleAsIs);
    assertThat(
            compatibility(new CheckedWeightsSerializer(), stored(new CheckedWeightsSerializer())))
        .matches(TypeSerializerSchemaCompatibility::isCompatibleAsIs);
  }

  @Test
  void valuesOfAnotherClassAreRefused() throws IOException {
    TypeSerializerSnapshot<WaitingAsk> trips =
        stored(pojo(CheckedModel.class, Map.of("version", Types.LONG)));
    assertThat(compatibility(new WaitingAskSerializer(), trips))
        .matches(TypeSerializerSchemaCompatibility::isIncompatible);
  }

  @Test
  void anUnknownFormatIsRefused() throws IOException {
    byte[] bytes = write(ASK);
    bytes[0] = 2;
    assertThatThrownBy(() -> read(new WaitingAskSerializer(), bytes))
        .isInstanceOf(IOException.class)
        .hasMessage("an ask of format 2: this release reads 1 to 1");
    TypeSerializerSnapshot<WaitingAsk> snapshot =
        new WaitingAskSerializer().snapshotConfiguration();
    assertThatThrownBy(() -> snapshot.readSnapshot(2, new DataInputDeserializer(new byte[0]), null))
        .isInstanceOf(IOException.class)
        .hasMessage("WaitingAsk of format version 2, this release reads 1");
  }
}
