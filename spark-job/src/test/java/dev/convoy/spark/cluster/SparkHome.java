package dev.convoy.spark.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Spark installation made of links to the jars that Maven fetched: no download, no copy. Its
 * {@code jars} hold Spark alone, so a job that runs here brings everything else by itself.
 */
public final class SparkHome {

  private static final String LOG4J =
      """
      status = error
      rootLogger.level = error
      rootLogger.appenderRef.stderr.ref = stderr
      appender.stderr.type = Console
      appender.stderr.name = stderr
      appender.stderr.target = SYSTEM_ERR
      appender.stderr.layout.type = PatternLayout
      appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
      logger.convoy.name = dev.convoy
      logger.convoy.level = info
      logger.master.name = org.apache.spark.deploy.master
      logger.master.level = info
      logger.worker.name = org.apache.spark.deploy.worker
      logger.worker.level = info
      logger.history.name = org.apache.spark.deploy.history.HistoryServer
      logger.history.level = info
      """;

  private final Path root;
  private final List<String> moduleOptions;
  private final AtomicInteger runs = new AtomicInteger();

  private SparkHome(Path root, List<String> moduleOptions) {
    this.root = root;
    this.moduleOptions = moduleOptions;
  }

  /**
   * Lays out the installation in a new folder. The system properties {@code convoy.sparkClasspath}
   * (a file holding a class path) and {@code convoy.sparkJvmOptions} come from the build.
   */
  public static SparkHome create(Path root) {
    try {
      Path jars = Files.createDirectories(root.resolve("jars"));
      String classpath = Files.readString(Path.of(required("convoy.sparkClasspath"))).strip();
      for (String jar : classpath.split(File.pathSeparator)) {
        Path target = Path.of(jar);
        Files.createSymbolicLink(jars.resolve(target.getFileName()), target);
      }
      Files.writeString(
          Files.createDirectories(root.resolve("conf")).resolve("log4j2.properties"), LOG4J);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new SparkHome(root, List.of(required("convoy.sparkJvmOptions").split("\\s+")));
  }

  /** The job's jar, as the build packaged it. */
  public static Path jobJar() {
    return Path.of(required("convoy.jar"));
  }

  /** The project's folder of job files. */
  public static Path conf() {
    return Path.of(required("convoy.conf")).normalize();
  }

  private static String required(String property) {
    String value = System.getProperty(property);
    if (value == null) {
      throw new IllegalStateException(
          "system property "
              + property
              + " is not set: run integration tests with `mvn verify`, which sets it");
    }
    return value;
  }

  public Path root() {
    return root;
  }

  /** Starts a class of Spark, given what {@code spark-class} would give it. */
  public ChildJvm launch(
      String name, List<String> jvmOptions, String mainClass, List<String> arguments) {
    return launch(name, jvmOptions, List.of(), mainClass, arguments);
  }

  /** The same with {@code SPARK_DAEMON_CLASSPATH}: jars behind Spark's own. */
  public ChildJvm launch(
      String name,
      List<String> jvmOptions,
      List<Path> daemonClasspath,
      String mainClass,
      List<String> arguments) {
    List<String> classpath = new ArrayList<>();
    classpath.add(root.resolve("conf").toString());
    classpath.add(root.resolve("jars") + "/*");
    daemonClasspath.forEach(jar -> classpath.add(jar.toString()));
    List<String> command = new ArrayList<>(moduleOptions);
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(String.join(File.pathSeparator, classpath));
    command.add(mainClass);
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>();
    environment.put("SPARK_HOME", root.toString());
    environment.put("SPARK_SCALA_VERSION", "2.13");
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    return ChildJvm.start(name, command, environment, root.resolve("logs").resolve(name + ".log"));
  }

  /** Runs {@code spark-submit}. In local and client mode the process returned is the driver. */
  public ChildJvm submit(Submission submission) {
    String name = "submit-" + runs.incrementAndGet();
    List<String> jvm = new ArrayList<>(List.of("-Xmx1g"));
    jvm.addAll(submission.driverOptions());
    return launch(name, jvm, "org.apache.spark.deploy.SparkSubmit", submission.arguments());
  }
}
