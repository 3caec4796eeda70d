package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.bench.ReportingBench;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees who makes a mistake, and who asks for help. */
class MainTest {
  @TempDir static Path folder;
  private static Path data;
  private static Path job;

  @BeforeAll
  static void writeData() throws IOException {
    data = Cli.data(folder.resolve("data"));
    job = Cli.job(folder, data);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "evaluate",
        "predict",
        "summary",
        "bench",
        "bench step",
        "bench training",
        "bench reporting",
        "bench soak"
      })
  void everyCommandHasHelpWithExamples(String command) {
    Cli help = Cli.run((command + " --help").split(" ")).succeeds();
    assertThat(help.out()).contains("Usage: convoy " + command, "Examples:", "--verbose");
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 80);
    assertThat(help.err()).isEmpty();
  }

  @Test
  void theWholeHasHelpAndAVersion() {
    assertThat(Cli.run("--help").succeeds().out())
        .contains("Usage: convoy", "train", "Exit status:", "spark-submit --class");
    assertThat(Cli.run("--version").succeeds().out()).startsWith("convoy ").contains("Spark 4.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                   | got no command, expected train, evaluate, predict, report, summary or bench
          trian                                | did you mean train?
          train --batch                        | Unknown option: '--batch'
          train --set                          | Missing required parameter for option '--set' (KEY=VALUE)
          train --set x                        | --set: got 'x', expected KEY=VALUE
          train --set training.batchSize=0     | --set training.batchSize: got '0', expected a whole number from 1
          train --set training.batchSzie=64    | unknown key 'training.batchSzie'; did you mean 'training.batchSize'?
          train --config nosuch.yaml           | --config: no such file: nosuch.yaml; built-in jobs are lenet5, cnn32
          train --config lenet                 | did you mean the built-in job 'lenet5'?
          train --config .                     | --config: got the folder ., expected a file
          train --master moon                  | --master: got 'moon', expected local[N], local[*], spark://HOST:PORT
          train --master local[0]              | --master: got 'local[0]', expected local[N]
          train --verbose --quiet              | got --verbose and --quiet, expected one of them
          train --resume                       | --resume: got neither --output nor checkpoint.directory
          train --resume --overwrite           | got --resume and --overwrite, expected one of them
          train --data quux:///x --output quux:///y | --output: cannot reach quux:/y
          evaluate                             | got no --model, expected a model file or the folder of a run
          evaluate --model nosuch              | --model: no such file or folder: nosuch
          evaluate --model pom.xml             | pom.xml: offset 0: got
          predict --output x.csv               | Missing required option: '--model=PATH'
          predict --model x --output x.png     | --output: got 'x.png', expected a name in .csv, .json, .jsonl or .parquet
          bench --steps 0                      | --steps: got 0, expected 1 or more
          bench --parameters 600000000         | --parameters: got 600000000, expected at most 100000000
          bench --parameters x                 | Invalid value for option '--parameters' (N): 'x' is not an int
          summary --config pom.xml             | pom.xml:
          """)
  void aMistakeIsOneMessageAndStatusTwo(String command, String message) {
    String[] args = command.isEmpty() ? new String[0] : command.split(" ");
    Cli ended = Cli.run(args);
    String[] words = message.split("\\|");
    if (command.contains("--verbose")) {
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.err()).contains(words);
    } else {
      ended.isMistake(words);
    }
  }

  @Test
  void benchPutsTheRealStepBesideABareJob() {
    String options = "--master local[1] --parameters 100,1000 --steps 10 --warm-up 5";
    Cli bench = Cli.run(("bench step " + options).split(" ")).succeeds();
    assertThat(bench.out())
        .contains("100 parameters, 1 partition, local[1], medians of 10 steps; out 400 B")
        .contains("1,000 parameters", "step of the real loop", "bare Spark job", "ratio");
  }

  @ParameterizedTest
  @CsvSource({
    "convoy.kernels, simd, vector or scalar",
    "convoy.vectorBits, 64, '128, 256 or 512'",
    "convoy.vectorBits, wide, '128, 256 or 512'"
  })
  void kernelsThatThereAreNotAreRefused(String property, String value, String expected) {
    String before = System.getProperty(property);
    System.setProperty(property, value);
    try {
      train().isMistake("-D" + property + ": got '" + value + "', expected " + expected);
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }

  @Test
  void withoutSparksJarsTheCureIsTold() throws Exception {
    String[] all = System.getProperty("java.class.path").split(File.pathSeparator);
    String ours =
        Arrays.stream(all)
            .filter(
                entry ->
                    Files.isDirectory(Path.of(entry))
                        || entry.contains("convoy-engine")
                        || entry.contains("picocli"))
            .collect(Collectors.joining(File.pathSeparator));
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                ours,
                Main.class.getName(),
                "--help")
            .redirectErrorStream(true)
            .start();
    String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(said).isEqualTo(2);
    assertThat(said)
        .startsWith(
            "error: Spark's jars are missing; use spark-submit --class " + Main.class.getName())
        .hasLineCount(1);
  }

  @Test
  void benchSoaksAndSaysWhatIsHeld() {
    // So few steps tell nothing about growth: only the table is looked at.
    Cli bench = Cli.run("bench soak --master local[1] --steps 40".split(" "));
    assertThat(bench.out()).contains("broadcast blocks", "heap after GC", "open files");
    assertThat(bench.out().lines().filter(line -> line.matches(" +[0-9,]+ +[0-9.]+ s .*")))
        .hasSize(20);
  }

  @Test
  void benchTellsWhatReportingCosts() throws IOException {
    Path job = Cli.job(folder, Cli.data(folder.resolve("bench-data")));
    String line = "bench reporting --master local[1] --windows 2 --steps 5 --config " + job;
    Cli bench = Cli.run(line.split(" ")).succeeds();
    // So few steps may take less than some ticks of the clock of processor time.
    assertThat(bench.out())
        .contains("2 pairs of runs of 5 steps", "all by none")
        .containsPattern(
            "share of processor time +([0-9.]+ %|too short to tell, raise --steps)\r?\n")
        .doesNotContain("NaN", "Infinity");
  }

  @Test
  void aRunShorterThanTheClockCanTellIsNotMadeAFigureOf() {
    for (double millis : new double[] {0, 99, Double.NaN}) {
      assertThat(ReportingBench.tells(millis)).isFalse();
    }
    assertThat(ReportingBench.figure(0.0 / 0, "%", ReportingBench.tells(0)))
        .isEqualTo("too short to tell, raise --steps");
    assertThat(ReportingBench.figure(2.5, "%", ReportingBench.tells(100))).isEqualTo("   2.500 %");
  }

  @Test
  void verboseShowsTheStackTrace() {
    Cli ended = Cli.run("train", "--config", "nosuch.yaml", "--verbose");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("error: --config: no such file", "\tat ", "UserError");
  }

  @Test
  void aMisspeltKeyIsPointedAtInItsFile() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("misspelt.yaml"),
            Files.readString(job).replace("batchSize", "batchsize"));
    Cli.run("train", "--config", file.toString())
        .isMistake(
            file + ":10: unknown key 'training.batchsize'; did you mean 'training.batchSize'?");
  }

  @Test
  void aNetworkThatCannotBeIsRefusedBeforeSparkStarts() {
    Cli.run(
            "summary",
            "--config",
            job.toString(),
            "--set",
            "model.layers=[conv2d filters=2 kernel=9]")
        .isMistake("--set model.layers: layer 1 (conv2d 2 of 9x9), input 6x6x1: window: got");
  }

  @Test
  void aMasterThatNobodyListensForIsToldAtOnce() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Cli.run("train", "--config", job.toString(), "--master", "spark://127.0.0.1:" + port)
        .isMistake("--master: no Spark master answers at spark://127.0.0.1:" + port);
  }

  @Test
  void dataThatIsNotThereIsRefused() {
    train("--data", folder.resolve("nosuch").toString())
        .isMistake("nosuch", "expected a folder of data, table:NAME or embedded:mnist");
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    Path copy = Cli.data(folder.resolve("truncated"));
    Path images = copy.resolve("train-images-idx3-ubyte");
    byte[] whole = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(whole, whole.length - 5));
    train("--data", copy.toString())
        .isMistake("train-images-idx3-ubyte", "truncated", "got", "expected");
  }

  @Test
  void aTestSetThatIsBadIsRefusedBeforeTraining() throws IOException {
    Path copy = Cli.data(folder.resolve("badtest"));
    Path labels = copy.resolve("t10k-labels-idx1-ubyte");
    byte[] whole = Files.readAllBytes(labels);
    Files.write(labels, Arrays.copyOf(whole, whole.length - 1));
    Cli ended = train("--data", copy.toString());
    ended.isMistake("t10k-labels-idx1-ubyte", "expected");
    assertThat(ended.out()).doesNotContain("step 1");
  }

  @Test
  void labelsOutOfRangeAreRefused() {
    train("--set", "model.layers=[dense units=2]").isMistake("label out of range: got 2", "0 to 1");
  }

  @Test
  void aShapeThatDoesNotFitTheDataIsRefused() {
    train("--set", "model.input=7x7x1").isMistake("6x6x1", "7x7x1");
  }

  @Test
  void aRunThatDivergesEndsWithStatusOne() {
    Cli ended = train("--set", "optimizer.learningRate=1e30");
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err())
        .contains("error: diverged at step ", "optimizer.learningRate")
        .doesNotContain("\tat ");
  }

  private static Cli train(String... more) {
    String[] args = {"train", "--config", job.toString(), "--master", "local[1]", "--quiet"};
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.run(all);
  }
}
