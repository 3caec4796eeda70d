package dev.convoy.spark.data.shard;

import java.io.Serializable;

/**
 * What identifies a data set, whatever its file names and however it is cut.
 *
 * @param examples how many
 * @param classes largest label + 1
 * @param shape of one example, as text
 * @param hash 32 hex digits over every index, label and pixel; and over which examples are held
 *     out, where the data itself says that
 * @param scale number that stands for a full pixel; {@link #BYTES} unless examples are numbers that
 *     were read otherwise
 */
public record Fingerprint(long examples, int classes, String shape, String hash, float scale)
    implements Serializable {

  /** The scale of bytes. */
  public static final float BYTES = 255f;

  /** Data in bytes. */
  public Fingerprint(long examples, int classes, String shape, String hash) {
    this(examples, classes, shape, hash, BYTES);
  }
}
