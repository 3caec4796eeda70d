package dev.convoy.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Hostile files end in a clear error: no object is built, no memory is filled, nothing hangs. */
class YamlReaderTest {
  private static final String GOOD =
      """
      # a job
      data:
        path: "embedded:mnist"
        validationFraction: 0.1
      model:
        input: 28x28x1
        normalize: {mean: 0.1307, deviation: 0.3081}
        layers:
          - conv2d: {filters: 6, kernel: 5, padding: 2}
          - relu
          - maxpool: {window: [2, 2]}
          - dense: {units: 10}
        loss: softmax
      training: {epochs: 3, batchSize: 256}
      optimizer:
        type: nesterov
        learningRate: 5.0e-2
      """;

  private static void refused(String yaml, String message) {
    assertThatThrownBy(() -> YamlReader.read(yaml, "job.yaml"))
        .isInstanceOf(UserError.class)
        .hasMessage(message);
  }

  @Test
  void objectsAliasesAndDocumentsAreRefused() {
    refused(
        "a:\n  !!javax.script.ScriptEngineManager [x]",
        "job.yaml:2: got the YAML tag 'tag:yaml.org,2002:javax.script.ScriptEngineManager',"
            + " expected a plain value: a job file builds no objects");
    refused(
        "a: !x 1",
        "job.yaml:1: got the YAML tag '!x', expected a plain value: a job file builds no objects");
    refused(
        "a: &x 1",
        "job.yaml:1: got a YAML anchor or alias (& or *), expected the value written out");
    refused(
        "a: *x", "job.yaml:1: got a YAML anchor or alias (& or *), expected the value written out");
    refused("a: 1\n---\nb: 2\n", "job.yaml:2: got a second document ('---'), expected one a file");
    refused("? [a]\n: 1", "job.yaml:1: got a list as a key, expected a name");
  }

  @Test
  void theBillionLaughsAreNotLaughed() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++) {
      bomb.append("a" + i + ": &a" + i + " [" + "*a" + (i - 1));
      bomb.append((", *a" + (i - 1)).repeat(8)).append("]\n");
    }
    refused(
        bomb.toString(),
        "job.yaml:1: got a YAML anchor or alias (& or *), expected the value written out");
  }

  @Test
  void sizeDepthAndCountAreBounded() {
    refused("a: " + "[".repeat(100_000), deep());
    refused("a: " + "{b: ".repeat(10_000), deep());
    refused(
        "a: [" + "1,".repeat(50_000) + "]",
        "job.yaml:1: got more than 10000 values, expected a job file");
    refused(
        "a: " + "x".repeat(1 << 20),
        "job.yaml: got more than 262144 characters, expected a job file of a few lines");
  }

  private static String deep() {
    return "job.yaml:1: got lists or mappings nested more than 12 deep, expected a job file";
  }

  @Test
  void brokenYamlIsToldWithItsLine() {
    assertThatThrownBy(() -> YamlReader.read("a: 1\nb: [1, 2\nc: 3", "job.yaml"))
        .hasMessageStartingWith("job.yaml:3: not valid YAML: while parsing a flow sequence");
    assertThatThrownBy(() -> YamlReader.read("a:\n\t- b", "job.yaml"))
        .hasMessageStartingWith("job.yaml:2: not valid YAML: ");
    assertThatThrownBy(() -> YamlReader.read("a: \u0001", "job.yaml"))
        .hasMessageStartingWith("job.yaml: not valid YAML: ");
  }

  @Test
  void anEmptyFileIsAnEmptyMapping() {
    for (String empty : List.of("", "\n\n", "# only a comment\n", "---\n", "null")) {
      assertThat(YamlReader.read(empty, "job.yaml"))
          .isInstanceOfSatisfying(
              YamlNode.Mapping.class, mapping -> assertThat(mapping.entries()).isEmpty());
    }
  }

  @Test
  void fourThousandMutationsEndInAJobOrAClearError() {
    Random random = new Random(20260101);
    String[] pieces = {
      "&a ",
      "*a",
      "!!int ",
      "[",
      "]",
      "{",
      "}",
      ": ",
      "- ",
      "\n",
      "\t",
      "---\n",
      "...",
      "\"",
      "'",
      "|",
      ">",
      "? ",
      "%YAML 9.9\n",
      "\u0000",
      "\ud800",
      "\u2028",
      "#",
      "999999999999999999",
      "1e999",
      "input 1x1x1\n",
      "<<: ",
      "0x",
      "x".repeat(300),
      "-1",
      "..",
      "\\",
      "\\u",
      "=",
      "window=2"
    };
    int jobs = 0;
    int refusals = 0;
    for (int i = 0; i < 4_000; i++) {
      StringBuilder text = new StringBuilder(GOOD);
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(8)) {
          case 0, 1 -> text.deleteCharAt(at);
          case 2, 3 -> text.setCharAt(at, (char) (random.nextInt(96) + 32));
          case 4 -> text.setLength(Math.max(1, at));
          default -> text.insert(at, pieces[random.nextInt(pieces.length)]);
        }
      }
      String yaml = text.toString();
      try {
        Job job =
            Assertions.assertTimeout(
                Duration.ofSeconds(20), () -> JobFile.read("job", yaml, "job.yaml", List.of()));
        assertThat(JobFile.read("job", job.yaml(), "again", List.of()).config())
            .isEqualTo(job.config());
        jobs++;
      } catch (UserError e) {
        assertThat(e).hasMessageNotContaining("Exception").hasMessageMatching("[^\\p{Cntrl}]+");
        assertThat(e.getMessage().length()).isLessThan(600);
        refusals++;
      } catch (RuntimeException e) {
        fail("case " + i + " ended in " + e + "\n" + yaml, e);
      }
    }
    assertThat(jobs).isGreaterThan(50);
    assertThat(refusals).isGreaterThan(1_000);
  }
}
