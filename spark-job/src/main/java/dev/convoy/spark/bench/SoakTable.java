package dev.convoy.spark.bench;

import dev.convoy.spark.report.Figures;
import dev.convoy.spark.train.event.TrainingException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;

/** {@code convoy bench soak}: a line for each look, and a verdict. */
public final class SoakTable {
  private static final int LOOKS = 20;

  private final PrintStream out;

  /** A table that goes to {@code out}. */
  public SoakTable(PrintStream out) {
    this.out = out;
  }

  /**
   * Trains and prints. Checkpoints go to a folder of their own on this machine, removed at the end.
   *
   * @throws TrainingException if something grew
   */
  public void run(SparkContext spark, int steps) throws IOException {
    Path checkpoints = Files.createTempDirectory("convoy-soak");
    try {
      out.printf(
          "%9s %9s %14s %17s %13s %6s %7s %7s %8s %11s%n",
          "step",
          "time",
          "heap after GC",
          "broadcast blocks",
          "other blocks",
          "jobs",
          "stages",
          "tasks",
          "threads",
          "open files");
      Soak soak = new Soak(spark, steps, checkpoints.toUri().toString());
      Soak.Report report = soak.run(Math.max(1, steps / LOOKS), this::line);
      List<String> growth = report.growth();
      if (!growth.isEmpty()) {
        throw new TrainingException("soak: grew over " + steps + " steps: " + growth);
      }
      out.println(
          Figures.count(steps)
              + " steps: nothing grew; SHA-256 of the weights "
              + report.weightsSha256());
    } finally {
      remove(checkpoints);
    }
  }

  private void line(Footprint look) {
    out.println(
        String.format(
            Locale.ROOT,
            "%9s %7.1f s %14s %17d %13d %6d %7d %7d %8d %11d",
            Figures.count(look.step()),
            look.seconds(),
            Figures.bytes(look.heapBytes()),
            look.blocks().broadcasts(),
            look.blocks().others(),
            look.kept().jobs(),
            look.kept().stages(),
            look.kept().tasks(),
            look.threads(),
            look.files()));
    out.flush();
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
