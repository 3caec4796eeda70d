package dev.convoy.spark.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Runs the Python package's tests by pytest, if the machine has a Python with pyspark 4: the one
 * that {@code CONVOY_PYTHON} names, else the one in {@code .venv}, which {@code .ci/run} makes,
 * else python3. {@code mvn verify} needs none.
 */
class PythonIT {
  private static final Path TESTS = Path.of("src/test/python");

  private static String python;
  private static Path wheel;

  @BeforeAll
  static void find() throws IOException {
    Optional<String> found = candidates().stream().filter(PythonIT::canTest).findFirst();
    if (found.isEmpty()) {
      String reason =
          "SKIPPED: the tests of the Python package. No Python with pyspark 4, pandas and pytest was"
              + " found in "
              + candidates()
              + "; .ci/run installs one, or name it in CONVOY_PYTHON";
      System.err.println(reason);
      Assumptions.abort(reason);
    }
    python = found.get();
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      wheel = files.filter(file -> file.toString().endsWith(".whl")).findFirst().orElseThrow();
    }
  }

  private static List<String> candidates() {
    List<String> names = new ArrayList<>();
    Optional.ofNullable(System.getenv("CONVOY_PYTHON")).ifPresent(names::add);
    Path ours = Path.of("..", ".venv", "bin", "python").toAbsolutePath().normalize();
    if (Files.exists(ours)) {
      names.add(ours.toString());
    }
    names.add("python3");
    return names;
  }

  private static boolean canTest(String python) {
    String check = "import pandas, pyspark, pytest; assert pyspark.__version__.startswith('4.')";
    try {
      return new ProcessBuilder(python, "-c", check)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void pass(String... arguments) throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of(python, "-m", "pytest", "-q", "-p", "no:cacheprovider"));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(TESTS.toFile()).inheritIO();
    builder.environment().put("PYTHONPATH", Path.of("src/main/python").toAbsolutePath().toString());
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().put("CONVOY_JAR", System.getProperty("convoy.jar"));
    builder.environment().put("CONVOY_WHEEL", wheel.toAbsolutePath().toString());
    assertThat(builder.start().waitFor()).as("pytest's exit status").isZero();
  }

  @Test
  void passInAClassicSession() throws IOException, InterruptedException {
    pass();
  }

  @Test
  void passOverSparkConnect() throws IOException, InterruptedException {
    pass("--remote", "test_everywhere.py");
  }
}
