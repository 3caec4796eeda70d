package dev.convoy.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.engine.model.ModelSpec;
import dev.convoy.spark.SparkForTests;
import dev.convoy.spark.data.shard.ExampleChunk;
import dev.convoy.spark.data.source.DataPart;
import dev.convoy.spark.data.table.TableColumns;
import dev.convoy.spark.interop.TaskFunction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.collection.Iterator;

class OrderedExamplesTest {
  private static final int ROWS = 1000;

  @TempDir Path folder;

  /** A line an example: index, name and label. */
  private static final class Lines extends TaskFunction<ExampleChunk, byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public byte[] apply(TaskContext context, Iterator<ExampleChunk> runs) {
      StringBuilder lines = new StringBuilder();
      while (runs.hasNext()) {
        ExampleChunk run = runs.next();
        for (int i = 0; i < run.examples().size(); i++) {
          long index = run.examples().indexes()[i];
          int label = run.examples().labels()[i];
          lines.append(index + " " + run.names()[i] + " " + label + "\n");
        }
      }
      return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
  }

  private static String key(int row) {
    return String.format(Locale.ROOT, "row%04d", row);
  }

  private void write(SparkSession session) {
    List<Row> rows = new ArrayList<>();
    for (int i = ROWS - 1; i >= 0; i--) {
      rows.add(RowFactory.create(new byte[] {(byte) i}, i % 3, key(i)));
    }
    StructType schema =
        new StructType()
            .add("features", DataTypes.BinaryType)
            .add("label", DataTypes.IntegerType)
            .add("key", DataTypes.StringType);
    session.createDataFrame(rows, schema).repartition(3).write().parquet(folder + "/t.parquet");
  }

  @ParameterizedTest
  @CsvSource({
    "64, 16, org.apache.spark.serializer.JavaSerializer",
    "64, 16, org.apache.spark.serializer.KryoSerializer",
    "1000, 1, org.apache.spark.serializer.JavaSerializer"
  })
  void aLargePartitionOfATableComesInPieces(int most, int pieces, String serializer)
      throws IOException {
    List<List<String>> found = new ArrayList<>();
    SparkForTests.local(
        "local[2]", Map.of("spark.sql.shuffle.partitions", "1", "spark.serializer", serializer));
    SparkSession session = SparkSession.builder().getOrCreate();
    try {
      write(session);
      DataLocation location =
          new DataLocation(
              folder + "/t.parquet",
              new TableColumns("features", "label", "key", ""),
              255f,
              Optional.of(ModelSpec.parse("input 1x1x1\nflatten\ndense units=3")));
      try (OrderedExamples examples =
          OrderedExamples.open(session.sparkContext(), location, DataPart.TEST, true, most)) {
        examples.inOrder(
            new Lines(),
            bytes -> found.add(new String(bytes, StandardCharsets.UTF_8).lines().toList()));
      }
    } finally {
      session.stop();
    }
    assertThat(found).hasSize(pieces).allMatch(piece -> piece.size() <= most);
    List<String> expected =
        IntStream.range(0, ROWS).mapToObj(i -> i + " " + key(i) + " " + i % 3).toList();
    assertThat(found.stream().flatMap(List::stream)).containsExactlyElementsOf(expected);
  }
}
