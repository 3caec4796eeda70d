package dev.convoy.spark.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A JVM started by a test. All it prints goes to one file; closing it ends its children too. */
public final class ChildJvm implements AutoCloseable {

  private static final Duration END = Duration.ofSeconds(20);

  private final String name;
  private final Process process;
  private final Path log;

  private ChildJvm(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts {@code java} of the JDK that runs the test.
   *
   * @param arguments everything after {@code java}
   * @param environment added to this process's own, of which no {@code SPARK_} variable is passed
   * @param log receives standard output and standard error
   */
  public static ChildJvm start(
      String name, List<String> arguments, Map<String, String> environment, Path log) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of(java), arguments.stream()).toList())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
    builder.environment().putAll(environment);
    try {
      Files.createDirectories(log.getParent());
      ChildJvm jvm = new ChildJvm(name, builder.start(), log);
      Runtime.getRuntime().addShutdownHook(new Thread(jvm::killTree));
      return jvm;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Everything printed so far. */
  public String output() {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the output matches, and returns the first group. */
  public String awaitOutput(Pattern pattern, Duration limit) {
    String[] found = new String[1];
    Await.until(
        name + " to print " + pattern,
        limit,
        () -> {
          Matcher matcher = pattern.matcher(output());
          if (matcher.find()) {
            found[0] = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
            return true;
          }
          if (!process.isAlive()) {
            throw new AssertionError(
                name + " ended with status " + process.exitValue() + ":\n" + output());
          }
          return false;
        },
        this::output);
    return found[0];
  }

  /** Waits for the end and returns the exit status; past the limit the process tree is killed. */
  public int awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        killTree();
        throw new AssertionError(
            name + " did not end within " + limit.toSeconds() + " s:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      killTree();
      throw new AssertionError("interrupted while waiting for " + name, e);
    }
  }

  /** {@code kill -9} of this process alone, and waits until it is gone. */
  public void kill() {
    kill(process.toHandle());
  }

  /** {@code kill -9} of any process, and waits until it is gone. */
  static void kill(ProcessHandle handle) {
    handle.destroyForcibly();
    Await.until("the end of process " + handle.pid(), END, () -> !handle.isAlive());
  }

  private void killTree() {
    List<ProcessHandle> tree = process.descendants().toList();
    process.destroyForcibly();
    tree.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    List<ProcessHandle> tree = process.descendants().toList();
    killTree();
    Await.until("the end of " + name, END, () -> !process.isAlive());
    for (ProcessHandle child : tree) {
      Await.until("the end of a child of " + name, END, () -> !child.isAlive());
    }
  }
}
