package dev.convoy.engine.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What tells whether two runs ended with the same weights, bit for bit. */
public final class WeightsHash {
  private static final int CHUNK = 1 << 14;

  private WeightsHash() {}

  /**
   * SHA-256, in lower-case hex, of the weights as IEEE 754 single-precision bits, four bytes each,
   * little-endian: the bytes of a {@link ModelFile}, and of a NumPy float32 array on disk.
   */
  public static String sha256(float[] weights) {
    MessageDigest digest = newDigest();
    update(digest, weights);
    return HexFormat.of().formatHex(digest.digest());
  }

  static void update(MessageDigest digest, float[] weights) {
    ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < weights.length; from += CHUNK) {
      int count = Math.min(CHUNK, weights.length - from);
      bytes.asFloatBuffer().put(weights, from, count);
      digest.update(bytes.array(), 0, count * Float.BYTES);
    }
  }

  static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
