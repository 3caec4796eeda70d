package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files of a run that are not as it left them: a message that names the file, or a report. */
class HostileRunFilesTest extends RunCase {
  private record Case(String file, String content, String... words) {}

  private static final List<Case> CASES =
      List.of(
          new Case("result.json", "{\"steps\": \"x\", \"reason\": 5}", "result.json: reason"),
          new Case("result.json", "[1, 2", "result.json: got", "expected the result of a run"),
          new Case("result.json", "{\"reason\": \"epochs\", \"predicted\": [1]}", "result.json"),
          new Case("evaluation.json", "no", "evaluation.json: got", "expected an evaluation"),
          new Case("evaluation.json", "{\"examples\": \"x\"}", "evaluation.json: got"),
          new Case("evaluation.json", "{\"confusion\": {\"a\": 1}}", "evaluation.json: got"),
          new Case("evaluation.json", "{\"confusion\": [[null]]}", "evaluation.json"),
          new Case("metrics.jsonl", "{\"step\": 1}\n{\"seconds\": []}\n", "metrics.jsonl: line 2"),
          new Case("metrics.jsonl", "{\"step\": 1\n{,}\n", "metrics.jsonl: line 2"),
          new Case("validations.jsonl", "{\"step\": \"x\"}\n", "validations.jsonl: line 1"));

  @Test
  void eachIsNamedAndRefused() throws IOException {
    trainJob().succeeds();
    for (Case hostile : CASES) {
      Path file = run.resolve(hostile.file());
      byte[] good = Files.readAllBytes(file);
      Files.writeString(file, hostile.content());
      Cli report = Cli.run("report", run.toString());
      assertThat(report.status()).as("%s: %s", hostile, report.err()).isEqualTo(2);
      report.isMistake(hostile.words());
      Files.write(file, good);
    }
    Cli.run("report", run.toString()).succeeds();
  }

  /** Sparse files: they claim gigabytes, and have none. */
  @Test
  void sizesAreNotBelieved() throws IOException {
    trainJob().succeeds();
    for (String name :
        List.of("result.json", "evaluation.json", "metrics.jsonl", "validations.jsonl")) {
      Path file = run.resolve(name);
      byte[] good = Files.readAllBytes(file);
      try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
        sparse.setLength(20L << 30);
      }
      Cli.run("report", run.toString()).isMistake(name, "got more than");
      Files.write(file, good);
    }
    assertThat(Cli.run("report", run.toString()).succeeds().out()).contains("report.html");
  }
}
