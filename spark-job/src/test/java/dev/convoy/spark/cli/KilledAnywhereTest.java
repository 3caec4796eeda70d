package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A run that is killed after any operation on a file, and goes on: with {@code --resume} to the
 * weights, and the lines, of a run that nobody killed.
 *
 * <p>States of a folder that have the same files are tried once, since what is in a file depends on
 * where in it the run was killed and not on how it is read; {@code -Dconvoy.killEverywhere=true}
 * tries all.
 */
class KilledAnywhereTest extends RunCase {
  private static final int STEPS = 12;

  /** What lies on the disk after an operation. */
  private record State(String after, Map<String, byte[]> files) {}

  private final Map<Object, State> states = new LinkedHashMap<>();
  private int operations;

  @AfterEach
  void unwatch() {
    WatchedFiles.unwatch();
  }

  @Test
  void ofANewRun() throws IOException {
    watch();
    watched("--config", job.toString(), "--quiet").succeeds();
    goOnFromEach("a new run");
  }

  @Test
  void ofARunThatReplacesAFinishedOne() throws IOException {
    trainJob("--quiet").succeeds();
    watch();
    watched("--config", job.toString(), "--quiet").succeeds();
    goOnFromEach("replacing a finished run");
  }

  @Test
  void ofARunThatWentOnAlready() throws IOException {
    trainJob("--set", "training.epochs=1", "--quiet").succeeds();
    Files.delete(run.resolve("result.json"));
    trainJob("--quiet", "--overwrite", "--set", "checkpoint.everySteps=5").succeeds();
    Files.delete(run.resolve("result.json"));
    Files.delete(run.resolve("model.convoy"));
    try (Stream<Path> saved = Files.list(run.resolve("checkpoints"))) {
      for (Path late : saved.filter(f -> f.toString().matches(".*1[0-9]\\.convoy")).toList()) {
        Files.delete(late);
      }
    }
    watch();
    watched("--resume", "--quiet").succeeds();
    goOnFromEach("a run that goes on");
  }

  private void watch() {
    states.clear();
    operations = 0;
    WatchedFiles.watch(
        operation -> {
          operations++;
          Map<String, byte[]> files = contents(run);
          boolean all = Boolean.getBoolean("convoy.killEverywhere");
          Object kind = all ? operations : names(files);
          states.putIfAbsent(kind, new State(operation, files));
        });
  }

  /** Without the part that is drawn by chance. */
  private static List<String> names(Map<String, byte[]> files) {
    return files.keySet().stream().map(name -> name.replaceAll("-[0-9a-f]{8}-.*", "")).toList();
  }

  private Cli watched(String... more) {
    List<String> args = new ArrayList<>(List.of("train", "--master", "local[1]"));
    args.addAll(List.of("--output", "watched:" + run));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(new String[0]));
  }

  private void goOnFromEach(String what) throws IOException {
    WatchedFiles.unwatch();
    List<String> expected = weightsAndLines();
    assertThat(expected.subList(1, expected.size()))
        .isEqualTo(IntStream.rangeClosed(1, STEPS).mapToObj(i -> "{\"step\":" + i).toList());
    Map<String, Integer> outcomes = new TreeMap<>();
    for (State state : List.copyOf(states.values())) {
      String where = what + " killed after " + state.after();
      lay(state.files());
      Cli anew = trainJob("--quiet");
      String answer = anew.status() == 0 ? "starts anew" : "asks for --resume or --overwrite";
      outcomes.merge(answer, 1, Integer::sum);
      if (anew.status() != 0) {
        anew.isMistake("--resume goes on with it, --overwrite starts anew");
      }
      assertThat(anew.status() == 0 ? weightsAndLines() : expected).as(where).isEqualTo(expected);

      lay(state.files());
      Cli resumed = trainJob("--resume", "--quiet");
      assertThat(resumed.status()).as(where + ": " + resumed.err()).isZero();
      assertThat(weightsAndLines()).as(where).isEqualTo(expected);
      assertThat(contents(run).keySet())
          .as(where)
          .noneMatch(name -> name.matches(".*\\.tmp|.*old"));
    }
    System.out.println(
        what + ": " + operations + " operations, " + states.size() + " states, " + outcomes);
    assertThat(states).hasSizeGreaterThan(10);
  }

  private void lay(Map<String, byte[]> files) throws IOException {
    try (Stream<Path> old = Files.walk(run)) {
      for (Path file : old.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = run.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  /** The final weights' hash, and the steps and validations that have a line. */
  private List<String> weightsAndLines() throws IOException {
    List<String> found = new ArrayList<>();
    found.add(json("result.json").get("weightsSha256").asText());
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      found.add(line.replaceAll(",\"epoch\".*", ""));
    }
    return found;
  }
}
