package dev.convoy.engine.peers;

import dev.convoy.engine.bench.Digits;
import dev.convoy.engine.bench.EngineRun;
import dev.convoy.engine.bench.Rates;
import dev.convoy.engine.data.Batch;
import dev.convoy.engine.model.ModelSpec;
import dev.convoy.engine.network.Network;
import dev.convoy.engine.network.Workspace;
import dev.convoy.engine.optimizer.Optimizer;
import dev.convoy.engine.optimizer.Sgd;
import dev.convoy.engine.sum.GradientSum;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine on one or more threads, which take micro-batches from a counter. Sums are exact, so
 * any number of threads takes the same steps.
 */
final class EnginePeer implements Peer {
  /** What one thread needs. */
  private final class Member {
    private final Workspace workspace;
    private final float[] gradient;
    private final GradientSum sum;
    private final float[] outputs;

    Member() {
      workspace = network.newWorkspace(work.microBatch(), work.training());
      gradient = new float[weights.length];
      sum = new GradientSum(weights.length);
      outputs = new float[work.microBatch() * network.outputs()];
      network.load(weights, workspace);
    }

    /** Gradients of micro-batches until none is left. Returns the sum of their losses. */
    double train(List<Batch> parts, long number) {
      network.load(weights, workspace);
      sum.clear();
      double loss = 0;
      for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
        Batch part = parts.get(i);
        network.gradient(part, 1, number, workspace, gradient);
        loss += workspace.lossSum();
        int bad = sum.add(gradient, part.size(), work.batch());
        if (bad >= 0) {
          throw new IllegalStateException("diverged in step " + number + " at parameter " + bad);
        }
      }
      return loss;
    }

    /** Predicts micro-batches until none is left. Returns the batch's first output, or 0. */
    double predict(List<Batch> parts) {
      double first = 0;
      for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
        network.predict(parts.get(i), workspace, outputs);
        first = i == 0 ? outputs[0] : first;
      }
      return first;
    }
  }

  private final Work work;
  private final Network network;
  private final List<List<Batch>> batches = new ArrayList<>();
  private final List<Member> members = new ArrayList<>();
  private final float[] weights;
  private final float[] mean;
  private final Optimizer optimizer = new Sgd(0f, false);
  private final float[] state;
  private final AtomicInteger next = new AtomicInteger();
  private final ExecutorService helpers = Executors.newCachedThreadPool(EnginePeer::daemon);
  private long step;

  EnginePeer(Work work) {
    this.work = work;
    ModelSpec spec = work.net().spec();
    network = new Network(spec);
    for (int from = 0; from < EngineRun.BATCHES * work.batch(); from += work.batch()) {
      int to = from + work.batch();
      batches.add(Digits.batches(work.images(), spec.normalization(), from, to, work.microBatch()));
    }
    weights = network.initialWeights(1);
    mean = new float[weights.length];
    state = optimizer.newState(weights.length);
    for (int i = 0; i < work.threads(); i++) {
      members.add(new Member());
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "engine");
    thread.setDaemon(true);
    return thread;
  }

  /** The same net with the weights that the engine starts from, as PyTorch lays them out. */
  TorchNet torchNet() {
    return TorchNet.of(work, network.parameters(), network.initialWeights(1));
  }

  @Override
  public String name() {
    return "Convoy";
  }

  @Override
  public double step(float learningRate) {
    List<Batch> parts = batches.get((int) (step % batches.size()));
    step++;
    double loss = together(member -> member.train(parts, step));
    GradientSum sum = members.get(0).sum;
    for (int i = 1; i < members.size(); i++) {
      sum.merge(members.get(i).sum);
    }
    sum.mean(mean);
    optimizer.update(weights, mean, state, 0, weights.length, 0f, learningRate, step);
    return loss / work.batch();
  }

  @Override
  public double predict() {
    List<Batch> parts = batches.get((int) (step % batches.size()));
    step++;
    return together(member -> member.predict(parts));
  }

  @Override
  public double rate(long nanos, float learningRate) {
    return Rates.window(
        work.training() ? () -> step(learningRate) : this::predict, work.batch(), nanos);
  }

  /** What a member does of a step. */
  private interface Part {
    double of(Member member);
  }

  /** Runs {@code part} on every member, the first on this thread. Returns the sum of results. */
  private double together(Part part) {
    next.set(0);
    List<Future<Double>> others = new ArrayList<>();
    for (Member member : members.subList(1, members.size())) {
      Callable<Double> task = () -> part.of(member);
      others.add(helpers.submit(task));
    }
    double sum = part.of(members.get(0));
    for (Future<Double> other : others) {
      sum += result(other);
    }
    return sum;
  }

  private static double result(Future<Double> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a thread of the engine failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the race was interrupted", e);
    }
  }

  @Override
  public void close() {
    helpers.shutdownNow();
  }
}
