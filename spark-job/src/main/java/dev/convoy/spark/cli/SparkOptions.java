package dev.convoy.spark.cli;

import dev.convoy.engine.kernel.KernelProvider;
import dev.convoy.spark.interop.KryoClasses;
import dev.convoy.spark.job.Texts;
import dev.convoy.spark.job.UserError;
import dev.convoy.spark.train.cluster.ExecutorWatch;
import dev.convoy.spark.train.cluster.SparkSettings;
import dev.convoy.spark.train.event.TrainingException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
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

  /** What spark-submit calls an application that was given no name. */
  private static final String MAIN = Main.class.getName();

  private static final String RESULT_SIZE = "spark.driver.maxResultSize";
  private static final int ANSWER_MILLIS = 10_000;
  private static final long SETTLE_NANOS = 2_000_000_000L;
  private static final long SETTLE_PAUSE_MILLIS = 10;

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

  /** What is done while Spark runs. */
  @FunctionalInterface
  interface Work {
    void run(SparkContext context) throws Exception;
  }

  /** Does work that takes no training steps. */
  void run(String name, BaseCommand command, Work work) throws Exception {
    run(command, start(name, command, Integer.MAX_VALUE), work);
  }

  /** Does work on a context that {@link #start} made, and stops it whatever comes of it. */
  void run(BaseCommand command, SparkContext context, Work work) throws Exception {
    ExecutorWatch watch = ExecutorWatch.start(context, command::warn);
    try (watch) {
      work.run(context);
    } catch (Exception e) {
      if (context.isStopped() && !isEnding()) {
        throw new TrainingException(ended(watch.sawOne(), e), e);
      }
      throw tooLarge(context, e);
    } finally {
      settle(context);
      context.stop();
    }
  }

  /**
   * Ends what still runs, such as the other tasks of a job that failed, and waits for that a short
   * time: tasks that end while Spark's threads do so fill the console with their stack traces.
   */
  private static void settle(SparkContext context) throws InterruptedException {
    if (context.isStopped()) {
      return;
    }
    context.cancelAllJobs();
    long end = System.nanoTime() + SETTLE_NANOS;
    while (isBusy(context) && System.nanoTime() < end) {
      Thread.sleep(SETTLE_PAUSE_MILLIS);
    }
  }

  private static boolean isBusy(SparkContext context) {
    return Arrays.stream(context.statusTracker().getExecutorInfos())
        .anyMatch(executor -> executor.numRunningTasks() > 0);
  }

  /**
   * True while this JVM shuts down, as after a second Ctrl-C: Spark's hook stops the context then.
   */
  private static boolean isEnding() {
    Thread hook = new Thread(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      return !Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** What a driver is not allowed to take in is a setting of the user's, and not a failed run. */
  private static Exception tooLarge(SparkContext context, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(RESULT_SIZE + " ")) {
        return new UserError(
            RESULT_SIZE
                + ": got "
                + context.conf().get(RESULT_SIZE, "1g")
                + ", which the results of tasks exceed, expected more, or 0 for no limit: --conf "
                + RESULT_SIZE
                + "=0",
            failure);
      }
    }
    return failure;
  }

  /** Nothing that works here stops the context: its cluster did, or somebody by Spark's UI. */
  private static String ended(boolean hadExecutors, Exception e) {
    return hadExecutors
        ? "the cluster ended the application ("
            + Texts.firstLine(e)
            + "); its pages and the executors' logs say why"
        : "the cluster ended the application before an executor had started; the page of a worker,"
            + " and the logs that it links to, say why its executors cannot start";
  }

  /**
   * Starts Spark; {@link #run} stops it.
   *
   * @param parameters of the model that is trained
   * @throws UserError if it cannot be started
   */
  SparkContext start(String name, BaseCommand command, int parameters) {
    check();
    preferScalarIfThereIsNoVectorModule(command);
    SparkConf conf = new SparkConf();
    if (master != null) {
      conf.setMaster(master);
    } else {
      conf.setIfMissing("spark.master", "local[*]");
    }
    if (conf.get("spark.app.name", MAIN).equals(MAIN)) {
      conf.setAppName(name);
    }
    expectSomeoneAt(conf.get("spark.master"));
    KryoClasses.addIfRequired(conf);
    KryoClasses.expectUsable(conf);
    try {
      return new SparkContext(SparkSettings.apply(conf, parameters));
    } catch (Exception e) {
      throw new UserError(
          "Spark cannot be started with master "
              + conf.get("spark.master")
              + ": "
              + Texts.firstLine(e),
          e);
    }
  }

  /** Spark itself would wait a minute before it said that nobody answers. */
  private static void expectSomeoneAt(String master) {
    if (!master.startsWith("spark://")) {
      return;
    }
    String why = "";
    for (String address : master.substring("spark://".length()).split(",")) {
      int colon = address.lastIndexOf(':');
      try (Socket socket = new Socket()) {
        String host = address.substring(0, colon);
        int port = Integer.parseInt(address.substring(colon + 1));
        socket.connect(new InetSocketAddress(host, port), ANSWER_MILLIS);
        return;
      } catch (IOException | RuntimeException e) {
        why = Texts.firstLine(e);
      }
    }
    throw new UserError(
        "--master: no Spark master answers at "
            + master
            + " ("
            + why
            + "); is the address right, and is the cluster up?");
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
