package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code evaluate} says, against the same reckoned from single predictions. */
class EvaluateTest {
  private static final int CLASSES = 3;

  @TempDir Path folder;

  private record Found(long index, int label, int predicted, double[] probabilities) {}

  @Test
  void everyFigureFollowsFromThePredictions() throws IOException {
    Path data = Cli.data(folder.resolve("data"));
    String run = folder.resolve("run").toString();
    String job = Cli.job(folder, data).toString();
    // So short that it makes mistakes.
    Cli.run("train", "--config", job, "--output", run, "--set", "training.maxSteps=2").succeeds();
    Path csv = folder.resolve("p.csv");
    Cli.run("predict", "--model", run, "--output", csv.toString()).succeeds();
    List<Found> all = new ArrayList<>();
    for (String line : Files.readAllLines(csv).subList(1, 41)) {
      String[] p = line.split(",");
      double[] probabilities = new double[CLASSES];
      for (int c = 0; c < CLASSES; c++) {
        probabilities[c] = Double.parseDouble(p[4 + c]);
      }
      all.add(
          new Found(
              Long.parseLong(p[0]), Integer.parseInt(p[2]), Integer.parseInt(p[3]), probabilities));
    }
    Cli.run("evaluate", "--model", run, "--output", run, "--master", "local[2]").succeeds();
    JsonNode told = new ObjectMapper().readTree(Path.of(run).resolve("evaluation.json").toFile());
    List<Found> wrong = all.stream().filter(f -> f.label() != f.predicted()).toList();
    assertThat(wrong).as("mistakes to look at").hasSizeBetween(2, 38);

    assertThat(told.get("examples").asInt()).isEqualTo(40);
    assertThat(told.get("accuracy").asDouble()).isEqualTo((40 - wrong.size()) / 40.0);
    double loss = all.stream().mapToDouble(f -> -Math.log(f.probabilities()[f.label()])).sum() / 40;
    assertThat(told.get("loss").asDouble()).isEqualTo(loss, within(1e-5));
    for (int k = 1; k <= CLASSES; k++) {
      int most = k;
      long within = all.stream().filter(f -> rank(f) < most).count();
      assertThat(told.get("topAccuracy").get(k - 1).asDouble()).isEqualTo(within / 40.0);
    }
    for (int c = 0; c < CLASSES; c++) {
      expectClass(all, c, told);
    }
    List<Found> worst = new ArrayList<>(wrong);
    worst.sort(Comparator.comparingDouble(f -> -f.probabilities()[f.predicted()]));
    JsonNode mistakes = told.get("worstMistakes");
    assertThat(mistakes).hasSize(wrong.size());
    for (int i = 0; i < worst.size(); i++) {
      assertThat(mistakes.get(i).get("index").asLong()).isEqualTo(worst.get(i).index());
      assertThat(mistakes.get(i).get("truth").asInt()).isEqualTo(worst.get(i).label());
      assertThat(mistakes.get(i).get("predicted").asInt()).isEqualTo(worst.get(i).predicted());
      assertThat(mistakes.get(i).get("name").asText())
          .isEqualTo("t10k-images-idx3-ubyte#" + worst.get(i).index());
    }
    Cli brief = Cli.run("evaluate", "--model", run, "--mistakes", "1").succeeds();
    assertThat(brief.out())
        .contains("in top    2: ", "class  examples  precision    recall      F1")
        .contains("truth", "(columns: prediction)", "t10k-images-idx3-ubyte#")
        .containsOnlyOnce("idx3-ubyte#");
  }

  /** A class that nothing stands for has no score, and no part in the mean. */
  @Test
  void aClassWithoutExamplesHasADashForItsScores() throws IOException {
    Path model = Cli.model(folder, "input 6x6x1\nflatten\ndense units=5");
    String data = Cli.data(folder.resolve("three")).toString();
    String out = Cli.run("evaluate", "--model", model.toString(), "--data", data).succeeds().out();
    assertThat(out)
        .containsPattern("\n +4 +0 +(-|0\\.00 %) +- +-\n")
        .containsPattern("\nmacro +40 .* mean of the 3 classes that have examples\n");
  }

  @Test
  void resultsThatTheDriverMayNotTakeAreASettingOfTheUsers() throws IOException {
    Path model = Cli.model(folder, "input 6x6x1\nflatten\ndense units=3");
    String data = Cli.data(folder.resolve("data")).toString();
    System.setProperty("spark.driver.maxResultSize", "3000");
    try {
      Cli.run("evaluate", "--model", model.toString(), "--data", data)
          .isMistake("spark.driver.maxResultSize: got 3000, ", "=0");
    } finally {
      System.clearProperty("spark.driver.maxResultSize");
    }
  }

  @Test
  void foldersThatAModelHasNoNamesForAreTakenInAnOrderThatIsTold() throws IOException {
    Path model = Cli.model(folder, "input 6x6x1\nflatten\ndense units=2");
    BufferedImage image = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
    for (String name : List.of("dog", "cat")) {
      Path own = Files.createDirectories(folder.resolve("pets").resolve(name));
      ImageIO.write(image, "png", own.resolve("1.png").toFile());
    }
    String pets = folder.resolve("pets").toString();
    Cli told = Cli.run("evaluate", "--model", model.toString(), "--data", pets).succeeds();
    assertThat(told.out())
        .contains("no class names; the data's are taken, in this order: cat, dog\n");
  }

  @Test
  void theDataOfAGivenJobIsEvaluated() throws IOException {
    Path alone = Files.createDirectories(folder.resolve("alone"));
    Path model = Cli.model(alone, "input 6x6x1\nflatten\ndense units=3");
    String config = Cli.job(folder, Cli.data(folder.resolve("other"))).toString();
    Cli told = Cli.run("evaluate", "--model", model.toString(), "--config", config).succeeds();
    assertThat(told.out()).contains("40 examples");

    String nowhere = folder.resolve("nowhere").toString();
    config = Cli.job(folder, Path.of(nowhere)).toString();
    Cli.run("evaluate", "--model", model.toString(), "--config", config).isMistake(nowhere);
  }

  @Test
  void keysThatAnEvaluationDoesNotUseAreRefused() throws IOException {
    Path model = Cli.model(folder, "input 6x6x1\nflatten\ndense units=3");
    String config = Cli.job(folder, Cli.data(folder.resolve("unused"))).toString();
    String batch = "training.batchSize=7";
    Cli.run("evaluate", "--model", model.toString(), "--config", config, "--set", batch)
        .isMistake("--set training.batchSize: a trained model is not changed by it", "data.path");
    Cli.run("evaluate", "--output", folder.toString(), "--set", "training.seed=7")
        .isMistake("--set training.seed: a trained model is not changed by it");
    Cli.run("evaluate", "--config", config, "--set", batch)
        .isMistake("--set training.batchSize: an untrained network", "training.seed");
    Cli.run("evaluate", "--config", config, "--set", "model.startFrom=" + model)
        .isMistake("--set model.startFrom: an untrained network");
    Cli.run("evaluate", "--config", config, "--set", "training.seed=7").succeeds();
  }

  private static long rank(Found f) {
    double own = f.probabilities()[f.label()];
    return java.util.Arrays.stream(f.probabilities()).filter(p -> p > own).count();
  }

  @Test
  void outputsThatAreNoNumbersAreToldAndNotCounted() throws IOException {
    String job = Cli.job(folder, Cli.data(folder.resolve("data"))).toString();
    Cli failed =
        Cli.run(
            "evaluate",
            "--config",
            job,
            "--set",
            "model.normalize.mean=1e38",
            "--set",
            "model.normalize.deviation=1e-38");
    assertThat(failed.status()).as(failed.err()).isEqualTo(1);
    assertThat(failed.err()).contains("got outputs that are not numbers for 40 of 40 examples");
    assertThat(failed.out()).doesNotContain("accuracy");
  }

  private static void expectClass(List<Found> all, int c, JsonNode told) {
    double right = 0;
    double truth = 0;
    double predicted = 0;
    long[] row = new long[CLASSES];
    for (Found f : all) {
      right += f.label() == c && f.predicted() == c ? 1 : 0;
      truth += f.label() == c ? 1 : 0;
      predicted += f.predicted() == c ? 1 : 0;
      row[f.predicted()] += f.label() == c ? 1 : 0;
    }
    for (int other = 0; other < CLASSES; other++) {
      assertThat(told.get("confusion").get(c).get(other).asLong()).isEqualTo(row[other]);
    }
    JsonNode scores = told.get("classes").get(c);
    double precision = predicted == 0 ? 0 : right / predicted;
    double recall = right / truth;
    assertThat(scores.get("label").asInt()).isEqualTo(c);
    assertThat(scores.get("examples").asDouble()).isEqualTo(truth);
    assertThat(scores.get("precision").asDouble()).isEqualTo(precision);
    assertThat(scores.get("recall").asDouble()).isEqualTo(recall);
    assertThat(scores.get("f1").asDouble())
        .isEqualTo(right == 0 ? 0 : 2 * right / (truth + predicted), within(1e-12));
  }
}
