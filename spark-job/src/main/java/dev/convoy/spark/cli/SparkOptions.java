package dev.convoy.spark.cli;

import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.spark.train.SparkSettings;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import picocli.CommandLine.Option;

/** Where Spark runs. */
final class SparkOptions {
  private static final Pattern MASTER =
      Pattern.compile(
          "local|local\\[([1-9][0-9]{0,4}|\\*)(,[1-9][0-9]{0,4})?\\]"
              + "|local-cluster\\[ *[0-9]+ *, *[0-9]+ *, *[0-9]+ *\\]"
              + "|spark://[^/\\s:]+:[0-9]+(,[^/\\s:]+:[0-9]+)*|yarn|k8s://\\S+");

  @Option(
      names = "--master",
      paramLabel = "M",
      description =
          "Spark master, such as local[2] or spark://HOST:7077. Default: what spark-submit says,"
              + " else local[*].")
  private String master;

  /** Refuses a master that Spark would not understand. */
  void check() {
    if (master != null && !MASTER.matcher(master).matches()) {
      throw new UserError(
          "--master: got '"
              + Texts.shorten(master)
              + "', expected local[N], local[*], spark://HOST:PORT, yarn or k8s://HOST:PORT");
    }
  }

  /**
   * Starts Spark; the caller stops it.
   *
   * @throws UserError if it cannot be started
   */
  SparkContext start(String name, BaseCommand command) {
    check();
    preferScalarIfThereIsNoVectorModule(command);
    SparkConf conf = new SparkConf();
    if (master != null) {
      conf.setMaster(master);
    } else {
      conf.setIfMissing("spark.master", "local[*]");
    }
    conf.setIfMissing("spark.app.name", name);
    try {
      return new SparkContext(SparkSettings.apply(conf));
    } catch (Exception e) {
      throw new UserError(
          "Spark cannot be started with master "
              + conf.get("spark.master")
              + ": "
              + Texts.firstLine(e),
          e);
    }
  }

  /** Says once, in our words, what the engine would log; forcing a provider silences it. */
  private static void preferScalarIfThereIsNoVectorModule(BaseCommand command) {
    if (System.getProperty("convoy.kernels") == null && !KernelProvider.vectorModulePresent()) {
      System.setProperty("convoy.kernels", "scalar");
      command.warn(
          "this JVM runs the scalar kernels, which are several times slower (same results); add"
              + " --add-modules=jdk.incubator.vector to java, or --driver-java-options"
              + " --add-modules=jdk.incubator.vector to spark-submit");
    }
  }
}
