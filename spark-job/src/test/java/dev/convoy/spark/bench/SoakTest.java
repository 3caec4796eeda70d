package dev.convoy.spark.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.SparkForTests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {
  @TempDir Path folder;

  @Test
  void nothingGrowsFromStepToStep() {
    SparkContext spark = SparkForTests.local("local[2]");
    try {
      List<Footprint> heard = new ArrayList<>();
      Soak.Report report = new Soak(spark, 600, folder.toString()).run(30, heard::add);
      assertThat(heard).hasSize(20).isEqualTo(report.samples());
      assertThat(report.growth()).as("%s", heard).isEmpty();
      Footprint last = heard.get(19);
      assertThat(last.step()).isEqualTo(600);
      assertThat(last.heapBytes()).isPositive();
      // Spark lets the store overrun its limit of 100 by a little before it trims.
      assertThat(last.kept().jobs()).isBetween(50L, 150L);
      assertThat(last.kept().stages()).isBetween(50L, 150L);
      // Weights of the step at hand, of those released a moment ago, and of a validation; where
      // the cores are busy a look may find more, but not every look.
      assertThat(heard).anyMatch(look -> look.step() > 300 && look.blocks().broadcasts() < 60);
    } finally {
      spark.stop();
    }
  }

  @Test
  void aLeakIsTold() {
    assertThat(new Soak.Report(looks(0, 0, 0), "").growth()).isEmpty();
    // One array of weights kept in each step: 38 kB.
    assertThat(new Soak.Report(looks(38_440, 0, 0), "").growth())
        .hasSize(1)
        .first()
        .asString()
        .startsWith("heap: ");
    assertThat(new Soak.Report(looks(0, 1, 0), "").growth())
        .containsExactly("broadcast blocks: 240 to 520");
    assertThat(new Soak.Report(looks(0, 0, 0.05), "").growth())
        .containsExactly("open files: 12 to 26");
  }

  /** Twenty looks over 800 steps, each of which leaves so much behind. */
  private static List<Footprint> looks(long heap, long blocks, double files) {
    return LongStream.rangeClosed(1, 20)
        .map(i -> 40 * i)
        .mapToObj(
            i ->
                new Footprint(
                    i,
                    i,
                    50_000_000 + i * heap,
                    new Footprint.Blocks(i * blocks, 32),
                    new Footprint.Kept(100, 100, 200),
                    90,
                    (long) (i * files)))
        .toList();
  }
}
