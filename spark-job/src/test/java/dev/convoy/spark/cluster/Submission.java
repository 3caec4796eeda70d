package dev.convoy.spark.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is handed to {@code spark-submit}. Values are added by copying.
 *
 * @param conf Spark properties
 * @param driverOptions JVM options of the driver, used where the submitting process is the driver
 */
public record Submission(
    Path jar,
    String mainClass,
    String master,
    String deployMode,
    Map<String, String> conf,
    List<String> driverOptions,
    List<String> jobArguments) {

  /** The packaged job in local mode, with the arguments of its command line. */
  public static Submission ofJob(String... jobArguments) {
    return of(SparkHome.jobJar(), "dev.convoy.spark.cli.Main", jobArguments);
  }

  /** Any class of any jar in local mode. */
  public static Submission of(Path jar, String mainClass, String... jobArguments) {
    Map<String, String> conf = new LinkedHashMap<>();
    conf.put("spark.driver.host", "127.0.0.1");
    conf.put("spark.driver.bindAddress", "127.0.0.1");
    conf.put("spark.ui.enabled", "false");
    return new Submission(
        jar, mainClass, "local[2]", "client", conf, List.of(), List.of(jobArguments));
  }

  public Submission withMaster(String url, String mode) {
    return new Submission(jar, mainClass, url, mode, conf, driverOptions, jobArguments);
  }

  public Submission withConf(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(conf);
    more.put(key, value);
    return new Submission(jar, mainClass, master, deployMode, more, driverOptions, jobArguments);
  }

  public Submission withDriverOptions(String... options) {
    return new Submission(jar, mainClass, master, deployMode, conf, List.of(options), jobArguments);
  }

  /** The command line of {@code spark-submit}. */
  List<String> arguments() {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("--master", master, "--deploy-mode", deployMode));
    conf.forEach((key, value) -> line.addAll(List.of("--conf", key + "=" + value)));
    line.addAll(List.of("--class", mainClass, jar.toString()));
    line.addAll(jobArguments);
    return line;
  }
}
