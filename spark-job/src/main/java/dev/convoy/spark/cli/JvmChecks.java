package dev.convoy.spark.cli;

import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import java.util.Set;

/** Refuses what the java command says and this program cannot do, before anything trips over it. */
final class JvmChecks {
  private static final String KERNELS = "convoy.kernels";
  private static final String VECTOR_BITS = "convoy.vectorBits";
  private static final Set<String> WIDTHS = Set.of("128", "256", "512");

  private JvmChecks() {}

  /** True if Spark's classes are there. */
  static boolean sparkIsPresent() {
    try {
      Class.forName("org.apache.spark.SparkContext", false, JvmChecks.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /**
   * Looks at the system properties that choose kernels. An engine that met a bad one could not be
   * used any more in this JVM.
   *
   * @throws UserError if one has no such value
   */
  static void kernels() {
    String bits = System.getProperty(VECTOR_BITS);
    if (bits != null && !WIDTHS.contains(bits)) {
      throw new UserError(
          "-D" + VECTOR_BITS + ": got '" + Texts.shorten(bits) + "', expected 128, 256 or 512");
    }
    String name = System.getProperty(KERNELS, "");
    if (name.isEmpty()) {
      return;
    }
    try {
      KernelProvider.byName(name);
    } catch (IllegalArgumentException e) {
      throw new UserError("-D" + Texts.firstLine(e), e);
    }
  }
}
