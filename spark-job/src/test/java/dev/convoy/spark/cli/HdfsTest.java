package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.data.IdxWriter;
import dev.convoy.spark.run.RunFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data, checkpoints and output on a real HDFS: a name node and a data node in this JVM. */
class HdfsTest {
  @TempDir static java.nio.file.Path folder;
  private static MiniDFSCluster cluster;
  private static FileSystem files;
  private static String root;

  @BeforeAll
  static void start() throws Exception {
    Configuration configuration = new Configuration();
    configuration.set("hdfs.minidfs.basedir", folder.resolve("hdfs").toString());
    cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
    cluster.waitActive();
    files = cluster.getFileSystem();
    root = files.getUri().toString();
    for (boolean packed : new boolean[] {false, true}) {
      java.nio.file.Path local = folder.resolve(packed ? "gzip" : "plain");
      local.toFile().mkdir();
      IdxWriter.pair(local, "train", 120, 6, 3, packed);
      IdxWriter.pair(local, "t10k", 40, 6, 3, packed);
      files.copyFromLocalFile(new Path(local.toUri()), new Path("/data/" + local.getFileName()));
    }
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.shutdown();
    }
  }

  private static Cli train(String data, String output, String... more) throws Exception {
    java.nio.file.Path job = Cli.job(folder, folder);
    String[] command = {
      "train",
      "--config",
      job.toString(),
      "--data",
      root + "/data/" + data,
      "--master",
      "local[2]",
      "--output",
      root + output
    };
    String[] all = Arrays.copyOf(command, command.length + more.length);
    System.arraycopy(more, 0, all, command.length, more.length);
    return Cli.run(all).succeeds();
  }

  private static String weights(String output) throws Exception {
    try (var in = files.open(new Path(output, "result.json"))) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return json.replaceAll("(?s).*\"weightsSha256\" : \"([0-9a-f]{64})\".*", "$1");
    }
  }

  private static List<String> names(String path) throws Exception {
    return Arrays.stream(files.listStatus(new Path(path)))
        .map(FileStatus::getPath)
        .map(Path::getName)
        .sorted()
        .toList();
  }

  @Test
  void trainsFromHdfsAndKeepsEverythingThere() throws Exception {
    train("plain", "/runs/plain");
    assertThat(names("/runs/plain"))
        .contains("job.yaml", "metrics.jsonl", "model.convoy", "result.json");
    assertThat(weights("/runs/plain")).hasSize(64);
    train("gzip", "/runs/gzip");
    assertThat(weights("/runs/gzip")).isEqualTo(weights("/runs/plain"));

    String keep = "checkpoint.directory=" + root + "/saved";
    train("plain", "/runs/cut", "--set", keep, "--set", "training.maxSteps=7");
    assertThat(names("/saved")).anyMatch(name -> name.startsWith("checkpoint-"));
    train("gzip", "/runs/cut", "--set", keep, "--resume");
    assertThat(weights("/runs/cut")).as("resumed").isEqualTo(weights("/runs/plain"));

    String model = root + "/runs/plain";
    String predictions = root + "/predictions.csv";
    Cli.run("predict", "--model", model, "--output", predictions, "--master", "local[2]")
        .succeeds();
    assertThat(files.getFileStatus(new Path("/predictions.csv")).getLen()).isGreaterThan(1000);
  }

  @Test
  void aRunsJobIsReadFromWhereTheRunIs() throws Exception {
    java.nio.file.Path local = Files.createDirectories(folder.resolve("same"));
    train("plain", local.toString());
    Files.writeString(local.resolve("job.yaml"), "training: {seed: 99}\n");
    String name = local.toString();
    System.setProperty("spark.hadoop.fs.defaultFS", root);
    try (RunFolder output = new RunFolder(name)) {
      assertThat(output.job().orElseThrow().yaml()).contains("seed: 3").doesNotContain("99");
      assertThat(ModelOption.read("--model", name).run().orElseThrow().yaml())
          .isEqualTo(output.job().orElseThrow().yaml());
    } finally {
      System.clearProperty("spark.hadoop.fs.defaultFS");
    }
  }
}
