package dev.convoy.spark.job;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The jobs of {@code conf/}, which lie in the jar too. */
public final class BuiltInJobs {
  /** Their names. */
  public static final List<String> NAMES =
      List.of("lenet5", "cnn32", "seed-cnn", "mlp", "resnet20");

  private BuiltInJobs() {}

  /**
   * The YAML of the job called {@code name}.
   *
   * @throws UserError if this build lacks it
   */
  public static String yaml(String name) {
    try (InputStream in = BuiltInJobs.class.getResourceAsStream("conf/" + name + ".yaml")) {
      if (in == null) {
        throw new UserError(
            "the built-in job " + name + " is missing in this build; give a file instead");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the built-in job " + name + " cannot be read", e);
    }
  }
}
