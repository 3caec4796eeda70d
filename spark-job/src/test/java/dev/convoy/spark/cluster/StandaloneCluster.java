package dev.convoy.spark.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real standalone cluster: a Master and Workers as JVMs of their own, on ports that the system
 * picks, all on the loopback address. Executors and drivers can be found and killed.
 */
public final class StandaloneCluster implements AutoCloseable {

  /** How long anything of the cluster may take to come up on a busy machine. */
  public static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  /**
   * Names of this machine. Spark starts no speculative copy of a task on the host of the first, so
   * workers must seem to be on different ones.
   */
  private static final List<String> HOSTS = List.of("127.0.0.1", "localhost");

  private final SparkHome home;
  private final ChildJvm master;
  private final String url;
  private final URI state;
  private final int coresOfWorker;
  private final List<ChildJvm> workers = new ArrayList<>();

  private StandaloneCluster(
      SparkHome home, ChildJvm master, String url, URI state, int coresOfWorker) {
    this.home = home;
    this.master = master;
    this.url = url;
    this.state = state;
    this.coresOfWorker = coresOfWorker;
  }

  /**
   * Starts a cluster and waits until its workers have registered.
   *
   * @param root a new folder for the installation, its logs and the workers' files
   * @param coresOfWorker task slots that each worker offers; a driver in cluster mode takes one
   */
  public static StandaloneCluster start(Path root, int workers, int coresOfWorker) {
    SparkHome home = SparkHome.create(root);
    ChildJvm master =
        home.launch(
            "master",
            SMALL,
            "org.apache.spark.deploy.master.Master",
            List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"));
    try {
      String url =
          master.awaitOutput(Pattern.compile("Starting Spark master at (spark://\\S+)"), PATIENCE);
      String page =
          master.awaitOutput(
              Pattern.compile("MasterWebUI to 127.0.0.1, and started at (http://\\S+)"), PATIENCE);
      StandaloneCluster cluster =
          new StandaloneCluster(
              home, master, url, URI.create(page).resolve("/json/"), coresOfWorker);
      for (int i = 0; i < workers; i++) {
        cluster.startWorker();
      }
      cluster.awaitWorkers(workers);
      return cluster;
    } catch (Throwable e) {
      master.close();
      throw e;
    }
  }

  /** Adds a worker; {@link #awaitWorkers} tells when it has registered. */
  public ChildJvm startWorker() {
    String name = "worker-" + (workers.size() + 1);
    ChildJvm worker =
        home.launch(
            name,
            SMALL,
            "org.apache.spark.deploy.worker.Worker",
            List.of(
                "--host",
                HOSTS.get(workers.size() % HOSTS.size()),
                "--port",
                "0",
                "--webui-port",
                "0",
                "--cores",
                Integer.toString(coresOfWorker),
                "--memory",
                "4g",
                "--work-dir",
                home.root().resolve(name).toString(),
                url));
    workers.add(worker);
    return worker;
  }

  /** Waits until exactly so many workers are alive in the master's eyes. */
  public void awaitWorkers(int count) {
    Await.until(
        count + " workers",
        PATIENCE,
        () -> state().path("aliveworkers").asInt() == count,
        this::log);
  }

  public String url() {
    return url;
  }

  public SparkHome home() {
    return home;
  }

  /** Workers in the order they were started, dead ones included. */
  public List<ChildJvm> workers() {
    return List.copyOf(workers);
  }

  /**
   * Submits in client mode, where the process returned is the driver, or in cluster mode, where it
   * waits for the driver that a worker runs. Two executors of one slot each, unless the submission
   * says otherwise.
   */
  public ChildJvm submit(Submission submission, String deployMode) {
    Submission complete = submission.withMaster(url, deployMode);
    for (String[] setting :
        new String[][] {
          {"spark.executor.cores", "1"},
          {"spark.cores.max", "2"},
          {"spark.executor.memory", "1g"},
          {"spark.standalone.submit.waitAppCompletion", "true"},
        }) {
      if (!submission.conf().containsKey(setting[0])) {
        complete = complete.withConf(setting[0], setting[1]);
      }
    }
    return home.submit(complete);
  }

  /** The master's own account of its workers, applications and drivers. */
  public JsonNode state() throws IOException {
    try (InputStream page = state.toURL().openStream()) {
      return new ObjectMapper().readTree(page);
    }
  }

  /** Identifiers of the applications that run now. */
  public List<String> applications() throws IOException {
    List<String> ids = new ArrayList<>();
    state().path("activeapps").forEach(app -> ids.add(app.path("id").asText()));
    return ids;
  }

  /** Executor JVMs that live now, oldest first. */
  public List<ProcessHandle> executors() {
    return children("org.apache.spark.executor.CoarseGrainedExecutorBackend");
  }

  /** Driver JVMs of cluster mode that live now. */
  public List<ProcessHandle> drivers() {
    return children("org.apache.spark.deploy.worker.DriverWrapper");
  }

  /** Waits until so many executors live, and returns them. */
  public List<ProcessHandle> awaitExecutors(int count) {
    Await.until(count + " executors", PATIENCE, () -> executors().size() == count, this::log);
    return executors();
  }

  /** {@code kill -9}; returns once the process is gone. */
  public void kill(ProcessHandle process) {
    ChildJvm.kill(process);
  }

  /** What drivers in cluster mode printed to standard output and standard error. */
  public String driverOutput() {
    try (Stream<Path> files = Files.walk(home.root())) {
      StringBuilder text = new StringBuilder();
      for (Path file : files.filter(StandaloneCluster::isDriverOutput).sorted().toList()) {
        text.append(Files.readString(file));
      }
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isDriverOutput(Path file) {
    String name = file.getFileName().toString();
    return file.getParent().getFileName().toString().startsWith("driver-")
        && (name.equals("stdout") || name.equals("stderr"));
  }

  private List<ProcessHandle> children(String mainClass) {
    return workers.stream()
        .flatMap(worker -> worker.handle().descendants())
        .filter(process -> commandLine(process).contains(mainClass))
        .sorted(Comparator.comparing(process -> process.info().startInstant().orElse(Instant.MAX)))
        .toList();
  }

  /** The whole command line: on Linux, {@link ProcessHandle.Info} cuts it at 4,096 characters. */
  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
          .replace('\0', ' ');
    } catch (IOException e) {
      return process.info().commandLine().orElse("");
    }
  }

  private String log() {
    StringBuilder text = new StringBuilder("master:\n").append(master.output());
    workers.forEach(worker -> text.append("\nworker:\n").append(worker.output()));
    return text.toString();
  }

  @Override
  public void close() {
    workers.forEach(ChildJvm::close);
    master.close();
  }
}
