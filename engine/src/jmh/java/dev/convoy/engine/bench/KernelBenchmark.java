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
  /** A case of {@link KernelTable#cases}. */
  @Param({
    "conv 5x5 1->6 p2 @28 fwd",
    "conv 5x5 1->6 p2 @28 bwd-weights",
    "conv 5x5 6->16 @14 fwd",
    "conv 5x5 6->16 @14 bwd-data",
    "conv 5x5 6->16 @14 bwd-weights",
    "conv 3x3 32->32 p1 @28 fwd",
    "conv 3x3 32->32 p1 @28 bwd-data",
    "conv 3x3 32->32 p1 @28 bwd-weights",
    "conv 3x3 32->64 p1 @14 fwd",
    "conv 3x3 32->64 p1 @14 bwd-data",
    "conv 3x3 32->64 p1 @14 bwd-weights",
    "dense 784->128 fwd",
    "dense 784->128 bwd-data",
    "dense 784->128 bwd-weights"
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
        KernelTable.cases().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
  }

  /** One run of the case. */
  @Benchmark
  public void run(Counter counter) {
    item.work().run();
    counter.gflop += item.flop() / 1e9;
  }
}
