package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.SparkForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions of models whose classes have numbers only. */
class PredictNumbersTest {
  @TempDir Path folder;

  private static Cli predict(Path model, Path data, Path output) {
    return Cli.run(
            "predict",
            "--model",
            model.toString(),
            "--data",
            data.toString(),
            "--output",
            output.toString(),
            "--master",
            "local[2]")
        .succeeds();
  }

  @Test
  void cifarIsNamedByFileAndPlace() throws IOException {
    Path cifar = Files.createDirectory(folder.resolve("cifar"));
    byte[] records = new byte[300 * 3073];
    for (int i = 0; i < 300; i++) {
      records[i * 3073] = (byte) (i % 10);
    }
    Files.write(cifar.resolve("test_batch.bin"), records);
    Path csv = folder.resolve("p.csv");
    predict(Cli.model(folder, "input 32x32x3\nflatten\ndense units=10"), cifar, csv);
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(301);
    assertThat(lines.get(0)).startsWith("index,name,label,prediction,p0,");
    for (int i = 0; i < 300; i++) {
      assertThat(lines.get(1 + i)).startsWith(i + ",test_batch.bin#" + i + "," + i % 10 + ",");
    }
  }

  @Test
  void probabilitiesThatAreNoNumbersAreNullInJson() throws IOException {
    Path data = Cli.data(folder.resolve("idx"));
    Path model =
        Cli.model(
            folder, "input 6x6x1\nnormalize mean=1e38 deviation=1e-38\nflatten\ndense units=2");
    predict(model, data, folder.resolve("p.json"));
    List<String> lines = Files.readAllLines(folder.resolve("p.json"));
    assertThat(lines).hasSize(40).allMatch(line -> line.endsWith("\"probabilities\":[null,null]}"));
  }

  /** The data has labels 0, 1 and 2. */
  @Test
  void labelsThatTheModelHasNoOutputForAreLeftOut() throws IOException {
    Path data = Cli.data(folder.resolve("idx"));
    Path model = Cli.model(folder, "input 6x6x1\nflatten\ndense units=2");
    predict(model, data, folder.resolve("p.csv"));
    List<String> csv = Files.readAllLines(folder.resolve("p.csv"));
    assertThat(csv.get(2)).matches("1,t10k-images-idx3-ubyte#1,1,[01],.*");
    assertThat(csv.get(3)).matches("2,t10k-images-idx3-ubyte#2,,[01],.*");
    predict(model, data, folder.resolve("p.json"));
    List<String> json = Files.readAllLines(folder.resolve("p.json"));
    assertThat(json.get(1)).contains("\"label\":1,\"prediction\":");
    assertThat(json.get(2)).contains("\"label\":null,\"prediction\":");
    predict(model, data, folder.resolve("p.parquet"));
    SparkSession session = SparkForTests.session("local[1]");
    try {
      List<Row> rows =
          session.read().parquet(folder + "/p.parquet").orderBy("index").collectAsList();
      assertThat(rows.get(1).getInt(2)).isEqualTo(1);
      assertThat(rows.get(2).isNullAt(2)).isTrue();
    } finally {
      session.stop();
    }
  }
}
