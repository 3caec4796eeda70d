package dev.convoy.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The Python wrappers have the Params of the Java stages, because they are made from them. */
class PythonParamsTest {
  private static final Path FILE = Path.of("src/main/python/dev/convoy/spark/ml/_params.py");

  /** Run with {@code -Dconvoy.python.write=true} to write the file anew. */
  @Test
  void areThoseOfJava() throws IOException {
    String made = PythonParams.module();
    if (Boolean.getBoolean("convoy.python.write")) {
      Files.writeString(FILE, made);
    }
    assertThat(Files.readString(FILE))
        .as("run this test with -Dconvoy.python.write=true to write %s anew", FILE)
        .isEqualTo(made);
  }
}
