package dev.convoy.spark.report;

import dev.convoy.engine.kernel.KernelProvider;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** What runs here. */
public final class Versions {
  private Versions() {}

  /** Version of the jar, or a word for classes that stand in a folder. */
  public static String convoy() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  /** The jar that this is, as a user in the current folder would name it. */
  public static String jar() {
    try {
      Path place =
          Path.of(Versions.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (place.toString().endsWith(".jar")) {
        Path here = Path.of("").toAbsolutePath();
        return place.startsWith(here) ? here.relativize(place).toString() : place.toString();
      }
    } catch (URISyntaxException | RuntimeException e) {
      // Said below: where the build leaves it.
    }
    return "spark-job/target/convoy-spark-job.jar";
  }

  /** Version of the Spark that runs. */
  public static String spark() {
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
