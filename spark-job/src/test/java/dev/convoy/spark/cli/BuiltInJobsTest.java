package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.convoy.engine.model.ModelSummary;
import dev.convoy.spark.job.BuiltInJobs;
import dev.convoy.spark.job.Job;
import dev.convoy.spark.job.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jobs in {@code conf/}, as they lie in the jar. */
class BuiltInJobsTest {
  @ParameterizedTest
  @CsvSource({
    "seed-cnn, 13602",
    "lenet5, 61706",
    "cnn32, 430890",
    "mlp, 101770",
    "resnet20, 274042"
  })
  void aBuiltInJobIsTheNetworkItSays(String name, long parameters) throws IOException {
    assertThat(BuiltInJobs.NAMES).contains(name);
    String yaml = BuiltInJobs.yaml(name);
    Job job = JobFile.read(name, yaml, name, List.of());
    assertThat(job.notes()).isEmpty();
    assertThat(ModelSummary.of(job.config().model()).parameters()).isEqualTo(parameters);
    assertThat(yaml.replace(",", "")).contains(parameters + " parameters");
  }

  /** He et al. (CVPR 2016), table 6: 0.27 million, whose shortcuts have none. */
  @Test
  void resnet20HasTheParametersThatWerePublished() {
    Job job = JobFile.read("resnet20", BuiltInJobs.yaml("resnet20"), "resnet20", List.of());
    ModelSummary summary = ModelSummary.of(job.config().model());
    long shortcuts =
        summary.rows().stream()
            .filter(row -> row.name().contains("1x1") || row.name().contains("'short"))
            .mapToLong(row -> row.weights() + row.biases())
            .sum();
    assertThat(shortcuts).isEqualTo(16 * 32 + 64 + 32 * 64 + 128);
    assertThat(summary.statistics()).isEqualTo(2 * (7 * 16 + 7 * 32 + 7 * 64));
    assertThat(summary.trainable() - shortcuts).isEqualTo(269_722);
    // Multiply-adds, at two each: 40.6 million and those of the shortcuts.
    assertThat(summary.flops()).isBetween(81_000_000L, 83_500_000L);
  }

  @Test
  void theSmallestNetworkKnowsNothingBeforeTraining() {
    Cli evaluated =
        Cli.run("evaluate", "--config", "seed-cnn", "--master", "local[2]", "--quiet").succeeds();
    Matcher figures =
        Pattern.compile("accuracy ([0-9.]+) %, loss ([0-9.]+)").matcher(evaluated.out());
    assertThat(figures.find()).as(evaluated.out()).isTrue();
    assertThat(Double.parseDouble(figures.group(1))).isCloseTo(10, within(3.0));
    assertThat(Double.parseDouble(figures.group(2))).isCloseTo(2.30, within(0.02));
  }

  @Test
  void theSmallestNetworkLearnsWithinAHundredSteps(@TempDir Path folder) throws IOException {
    Path output = folder.resolve("run");
    Cli.run(
            "train",
            "--config",
            "seed-cnn",
            "--set",
            "training.maxSteps=100",
            "--output",
            output.toString(),
            "--master",
            "local[2]")
        .succeeds();
    double accuracy =
        new ObjectMapper()
            .readTree(Files.readAllBytes(output.resolve("result.json")))
            .get("testAccuracy")
            .asDouble();
    assertThat(accuracy).isGreaterThan(0.8);
  }
}
