package dev.convoy.spark.train;

import dev.convoy.spark.checkpoint.Checkpoint;
import dev.convoy.spark.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What changes from step to step, on the driver; all that a checkpoint saves. */
final class RunState {
  /** Steps taken. */
  long step;

  float[] weights;
  float[] optimizerState;

  /** Written by the validation's thread too. */
  volatile Checkpoint.Progress progress = Checkpoint.Progress.none();

  RunState(float[] weights, float[] optimizerState) {
    this.weights = weights;
    this.optimizerState = optimizerState;
  }

  /** Takes over what a checkpoint holds. */
  void restore(Checkpoint checkpoint) {
    expectLength("weights", checkpoint.weights().length, weights.length);
    expectLength("optimizer state", checkpoint.optimizerState().length, optimizerState.length);
    step = checkpoint.step();
    weights = checkpoint.weights();
    optimizerState = checkpoint.optimizerState();
    progress = checkpoint.progress();
  }

  private static void expectLength(String name, int held, int asked) {
    if (held != asked) {
      throw new CheckpointException(
          "resume: " + name + ": the checkpoint holds " + held + " values, the job has " + asked);
    }
  }

  /** A copy of all of it that later steps do not touch. */
  Checkpoint snapshot(long epoch, long seed, String job, String data) {
    return new Checkpoint(
        step, epoch, seed, job, data, weights.clone(), optimizerState.clone(), progress);
  }

  /** SHA-256 of the weights' big-endian bytes, lower-case hex. */
  static String sha256(float[] weights) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer chunk = ByteBuffer.allocate(1 << 14);
      for (float weight : weights) {
        chunk.putFloat(weight);
        if (!chunk.hasRemaining()) {
          digest.update(chunk.flip());
          chunk.clear();
        }
      }
      digest.update(chunk.flip());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
