package dev.convoy.spark.cli;

import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.spark.report.RunResult;

/** What runs here. */
final class Versions {
  private Versions() {}

  /** Version of the jar, or a word for classes that stand in a folder. */
  static String convoy() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  static String spark() {
    return org.apache.spark.package$.MODULE$.SPARK_VERSION();
  }

  static RunResult.Versions all() {
    return new RunResult.Versions(
        convoy(),
        spark(),
        scala.util.Properties.versionNumberString(),
        System.getProperty("java.version"),
        KernelProvider.get().name(),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }
}
