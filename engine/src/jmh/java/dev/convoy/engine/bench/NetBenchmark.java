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
 * Whole steps of the nets on one core. Read the {@code examples} column: examples a second. With
 * {@code -prof gc} the normalised allocation rate must be about 0.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class NetBenchmark {
  /** seed-cnn, lenet5, cnn32, mlp or vgg. */
  @Param({"seed-cnn", "lenet5", "cnn32", "mlp", "vgg"})
  public String net;

  /** Examples a micro-batch; one micro-batch is the batch. */
  @Param({"32", "64", "128"})
  public int microBatch;

  private EngineRun training;
  private EngineRun inference;

  /** Examples done, which JMH turns into a rate. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Counter {
    public long examples;
  }

  /** Makes the net and its batches. */
  @Setup
  public void setUp() {
    var images = Nets.of(net).images(EngineRun.BATCHES * microBatch);
    var spec = Nets.of(net).spec();
    training = new EngineRun(spec, images, microBatch, microBatch, true);
    inference = new EngineRun(spec, images, microBatch, microBatch, false);
  }

  /** Load, forward, loss, backward, exact sum, mean, update. */
  @Benchmark
  public double trainingStep(Counter counter) {
    counter.examples += microBatch;
    return training.step(1e-4f);
  }

  /** Forward and softmax. */
  @Benchmark
  public double inference(Counter counter) {
    counter.examples += microBatch;
    return inference.predict();
  }
}
