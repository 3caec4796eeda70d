package dev.convoy.spark.checkpoint;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A checkpoint as bytes, big-endian but for the float arrays:
 *
 * <pre>
 * 8 bytes  "CONVOYCK"        4 bytes  version 1
 * 8 bytes  step, epoch, seed, best step (long each), best loss (double)
 * 4 bytes  validations since the best
 * texts    job, data:                        4 bytes length, UTF-8
 * arrays   weights, state, best weights:     4 bytes length, little-endian floats
 * 32 bytes SHA-256 of all before
 * </pre>
 *
 * <p>A reader believes no length before it has compared it with what is left of the file.
 */
final class CheckpointFormat {
  private static final byte[] MAGIC = "CONVOYCK".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int DIGEST = 32;
  private static final int HEAD = MAGIC.length + 4;
  private static final int CHUNK = 1 << 14;

  private CheckpointFormat() {}

  static void write(Checkpoint checkpoint, OutputStream target) throws IOException {
    MessageDigest digest = sha256();
    DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(new DigestOutputStream(target, digest), 1 << 16));
    out.write(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(checkpoint.step());
    out.writeLong(checkpoint.epoch());
    out.writeLong(checkpoint.seed());
    Checkpoint.Progress progress = checkpoint.progress();
    out.writeLong(progress.bestStep());
    out.writeDouble(progress.bestLoss());
    out.writeInt(progress.sinceBest());
    writeText(out, checkpoint.job());
    writeText(out, checkpoint.data());
    writeArray(out, checkpoint.weights());
    writeArray(out, checkpoint.optimizerState());
    writeArray(out, progress.bestWeights());
    out.flush();
    target.write(digest.digest());
    target.flush();
  }

  /**
   * Reads and verifies.
   *
   * @param length of the file
   * @throws CheckpointException saying why the bytes are no whole checkpoint
   */
  static Checkpoint read(InputStream in, long length) throws IOException {
    if (length < HEAD + DIGEST) {
      throw new CheckpointException(
          "truncated: got " + length + " bytes, expected at least " + (HEAD + DIGEST));
    }
    if (length > Integer.MAX_VALUE - 64) {
      throw new CheckpointException("got " + length + " bytes, expected less than 2^31");
    }
    expectHead(in.readNBytes(HEAD));
    byte[] bytes;
    try {
      bytes = new byte[(int) length];
    } catch (OutOfMemoryError e) {
      throw new CheckpointException(
          "got "
              + length
              + " bytes, more than this driver has memory for; give it more (--driver-memory)",
          e);
    }
    System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
    bytes[HEAD - 1] = VERSION;
    int read = HEAD + in.readNBytes(bytes, HEAD, bytes.length - HEAD);
    if (read < length) {
      throw new CheckpointException(
          "truncated at offset " + read + ": expected " + length + " bytes");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).position(HEAD);
    MessageDigest digest = sha256();
    digest.update(bytes, 0, bytes.length - DIGEST);
    if (!MessageDigest.isEqual(
        digest.digest(),
        java.util.Arrays.copyOfRange(bytes, bytes.length - DIGEST, bytes.length))) {
      throw new CheckpointException(
          "checksum differs: the file is truncated or was damaged after it was written");
    }
    buffer.limit(bytes.length - DIGEST);
    try {
      return parse(buffer);
    } catch (java.nio.BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new CheckpointException("ends inside a field at offset " + buffer.position(), e);
    }
  }

  /** Before memory is asked for: a file of zeros may claim any length. */
  private static void expectHead(byte[] head) {
    if (head.length < HEAD) {
      throw new CheckpointException("truncated at offset " + head.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(head);
    byte[] magic = new byte[MAGIC.length];
    buffer.get(magic);
    if (!java.util.Arrays.equals(magic, MAGIC)) {
      throw new CheckpointException("wrong magic at offset 0: expected CONVOYCK");
    }
    int version = buffer.getInt();
    if (version != VERSION) {
      throw new CheckpointException(
          "got version "
              + version
              + ", expected "
              + VERSION
              + "; was it written by another version of Convoy?");
    }
  }

  private static long atLeastZero(String name, long value) {
    if (value < 0) {
      throw new CheckpointException(name + ": got " + value + ", expected 0 or more");
    }
    return value;
  }

  private static Checkpoint parse(ByteBuffer in) {
    long step = atLeastZero("step", in.getLong());
    long epoch = atLeastZero("epoch", in.getLong());
    long seed = in.getLong();
    long bestStep = atLeastZero("best step", in.getLong());
    double bestLoss = in.getDouble();
    int sinceBest = (int) atLeastZero("validations since the best", in.getInt());
    String job = readText(in, "job");
    String data = readText(in, "data");
    float[] weights = readArray(in, "weights");
    float[] state = readArray(in, "optimizer state");
    float[] best = readArray(in, "best weights");
    if (in.hasRemaining()) {
      throw new CheckpointException(in.remaining() + " bytes too many at " + in.position());
    }
    return new Checkpoint(
        step,
        epoch,
        seed,
        job,
        data,
        weights,
        state,
        new Checkpoint.Progress(bestStep, bestLoss, sinceBest, best));
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(ByteBuffer in, String name) {
    ByteBuffer bytes = in.slice(in.position() + 4, length(in, name, 1));
    in.position(in.position() + 4 + bytes.remaining());
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(name + ": not UTF-8", e);
    }
  }

  private static void writeArray(DataOutputStream out, float[] array) throws IOException {
    out.writeInt(array.length);
    byte[] chunk = new byte[Math.min(array.length, CHUNK) * Float.BYTES];
    for (int from = 0; from < array.length; from += CHUNK) {
      int count = Math.min(CHUNK, array.length - from);
      ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(array, from, count);
      out.write(chunk, 0, count * Float.BYTES);
    }
  }

  private static float[] readArray(ByteBuffer in, String name) {
    int bytes = length(in, name, Float.BYTES);
    float[] array = new float[bytes / Float.BYTES];
    in.slice(in.position() + 4, bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(array);
    in.position(in.position() + 4 + bytes);
    return array;
  }

  /** The length at the reader's position, in bytes, once it fits what is left. */
  private static int length(ByteBuffer in, String name, int unit) {
    long bytes = (long) in.getInt(in.position()) * unit;
    if (bytes < 0 || bytes > in.remaining() - 4) {
      throw new CheckpointException(
          name
              + ": got a length of "
              + bytes
              + " bytes at offset "
              + in.position()
              + ", expected at most the "
              + (in.remaining() - 4)
              + " that are left");
    }
    return (int) bytes;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
