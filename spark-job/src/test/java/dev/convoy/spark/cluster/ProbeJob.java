package dev.convoy.spark.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A job to try the cluster itself with: each of 40 tasks adds its process number, and waits until a
 * file appears if one is named.
 */
public final class ProbeJob {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private ProbeJob() {}

  /** Arguments: the file for the result, and optionally the file to wait for. */
  public static void main(String[] arguments) throws Exception {
    String gate = arguments.length > 1 ? arguments[1] : "";
    try (JavaSparkContext context = new JavaSparkContext(new SparkConf().setAppName("probe"))) {
      List<Integer> numbers = IntStream.range(0, 40).boxed().toList();
      long workers = context.parallelize(numbers, 40).map(number -> work(gate)).distinct().count();
      boolean vector = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
      Files.writeString(Path.of(arguments[0]), workers + " processes, driver vector " + vector);
    }
  }

  private static long work(String gate) {
    if (!gate.isEmpty()) {
      Await.until(gate, LIMIT, () -> Files.exists(Path.of(gate)));
    }
    return ProcessHandle.current().pid();
  }
}
