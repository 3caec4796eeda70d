package dev.convoy.engine.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The heavy layers by themselves, 64 examples an operation; column {@code gflop} is GFLOP/s. {@link
 * KernelTable} has all cases with the peak next to each; this one is for JMH's profilers.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class KernelBenchmark {
  /** A case of {@link KernelTable#cases}, with _ for spaces. */
  @Param({
    "conv_5x5_1->6_p2_@28_fwd",
    "conv_5x5_1->6_p2_@28_bwd-weights",
    "conv_5x5_6->16_@14_fwd",
    "conv_5x5_6->16_@14_bwd-data",
    "conv_5x5_6->16_@14_bwd-weights",
    "conv_3x3_32->32_p1_@28_fwd",
    "conv_3x3_32->32_p1_@28_bwd-data",
    "conv_3x3_32->32_p1_@28_bwd-weights",
    "conv_3x3_32->64_p1_@14_fwd",
    "conv_3x3_32->64_p1_@14_bwd-data",
    "conv_3x3_32->64_p1_@14_bwd-weights",
    "dense_784->128_fwd",
    "dense_784->128_bwd-data",
    "dense_784->128_bwd-weights"
  })
  public String name;

  private Case item;

  /** Work done, which JMH turns into a rate. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counter {
    public double gflop;
  }

  /** Finds the case. */
  @Setup
  public void setUp() {
    item =
        KernelTable.cases().stream()
            .filter(c -> c.name().replace(' ', '_').equals(name))
            .findFirst()
            .orElseThrow();
  }

  /** One run of the case. */
  @Benchmark
  public void run(Counter counter) {
    item.work().run();
    counter.gflop += item.flop() / 1e9;
  }
}
