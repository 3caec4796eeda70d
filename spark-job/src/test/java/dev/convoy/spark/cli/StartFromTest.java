package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs that begin with a trained model. */
class StartFromTest extends RunCase {
  @Test
  void aTrainedBodyTakesANewHead() throws IOException {
    trainJob().succeeds();
    float[] before = weights(run);
    Path tuned = folder.resolve("tuned");
    Path other = folder.resolve("other.yaml");
    Files.writeString(
        other,
        Files.readString(job)
            .replace("{filters: 2, kernel: 3}", "{filters: 2, kernel: 3, frozen: true}")
            .replace(
                "- dense: {units: 3}", "- dense: {units: 4}\n    - tanh\n    - dense: {units: 3}"));
    String from = "model.startFrom=" + run;
    String config = other.toString();
    Cli second =
        Cli.run(
                "train",
                "--master",
                "local[1]",
                "--config",
                config,
                "--set",
                from,
                "--output",
                tuned.toString())
            .succeeds();
    assertThat(second.out() + second.err()).contains("the first 3 layers start from " + run);
    int body = 2 * 9 + 2;
    assertThat(java.util.Arrays.copyOf(weights(tuned), body))
        .containsExactly(java.util.Arrays.copyOf(before, body));
    assertThat(weights(tuned)).hasSizeGreaterThan(before.length);
  }

  @Test
  void aTrainedBodyIsTakenOnResumingToo() throws IOException {
    trainJob().succeeds();
    String from = "model.startFrom=" + run;
    Path once = folder.resolve("once");
    tune(once, "--set", from).succeeds();
    Path again = folder.resolve("again");
    Cli second = tune(again, "--set", from, "--resume").succeeds();
    assertThat(second.out() + second.err()).contains("layers start from " + run);
    assertThat(weights(again)).containsExactly(weights(once));
    // With a checkpoint the model is needed no more.
    Files.delete(run.resolve("model.convoy"));
    Files.delete(again.resolve("model.convoy"));
    tune(again, "--set", from, "--resume").succeeds();
    assertThat(weights(again)).containsExactly(weights(once));
    tune(folder.resolve("new"), "--set", from, "--resume")
        .isMistake("model.startFrom", run.toString());
  }

  private Cli tune(Path output, String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--master", "local[1]"));
    args.addAll(List.of("--config", job.toString(), "--output", output.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(new String[0]));
  }

  @Test
  void aModelToStartFromIsNotRemovedByTheRunThatStartsFromIt() throws IOException {
    trainJob("--quiet").succeeds();
    Map<String, byte[]> before = contents(run);
    String file = run.resolve("model.convoy").toUri().toString();
    Path link = Files.createSymbolicLink(folder.resolve("link"), run);
    for (String from : List.of(run.toString(), file, link.toString())) {
      for (String more : List.of("--quiet", "--overwrite")) {
        Cli refused = trainJob("--set", "model.startFrom=" + from, more);
        refused.isMistake("model.startFrom: got ", "which lies in --output " + run);
        assertThat(refused.out()).doesNotContain("Spark starts");
      }
    }
    assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);
    trainJob("--set", "model.startFrom=" + run, "--resume", "--quiet").succeeds();
  }
}
