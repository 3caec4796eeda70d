package dev.convoy.engine.data;

import dev.convoy.engine.data.Augmentation.Flip;
import dev.convoy.engine.tensor.CounterRandom;
import dev.convoy.engine.tensor.Shape;
import java.util.Arrays;

/**
 * Augments one image after the other as {@link Augmentation} says. For one thread; allocates
 * nothing an image. What comes out is a pure function of the image and a key: random numbers come
 * from {@link CounterRandom}, sines from {@link StrictMath}, and all arithmetic is Java's, so that
 * no bit depends on the machine, the task or its retries.
 *
 * <p>Order: geometry (crop, flips, rotation, zoom and shear in one step, between pixels by bilinear
 * interpolation), contrast, brightness, cutout. What comes from outside the image is 0.
 */
public final class Augmenter {
  /** Places of the random numbers of an image. */
  private static final int DOWN = 0;

  private static final int RIGHT = 1;
  private static final int FLIP_ROWS = 2;
  private static final int FLIP_COLUMNS = 3;
  private static final int ANGLE = 4;
  private static final int ZOOM = 5;
  private static final int SHEAR = 6;
  private static final int BRIGHTNESS = 7;
  private static final int CONTRAST = 8;
  private static final int HOLE_DOWN = 9;
  private static final int HOLE_RIGHT = 10;

  /** Values that are made black at once. */
  private static final int ZEROS = 64;

  private static final byte[] NO_BYTES = new byte[ZEROS];
  private static final float[] NO_FLOATS = new float[ZEROS];

  private static final long TAG = 0x4155474D454E54L;

  private final Augmentation how;
  private final int height;
  private final int width;
  private final int channels;
  private final float[] work;
  private final float[] out;
  private final byte[] bytes;

  /** For images of {@code shape}. */
  public Augmenter(Augmentation how, Shape shape) {
    this.how = how;
    this.height = shape.height();
    this.width = shape.width();
    this.channels = shape.channels();
    this.work = new float[shape.size()];
    this.out = new float[shape.size()];
    this.bytes = new byte[shape.size()];
  }

  /** What it does. */
  public Augmentation how() {
    return how;
  }

  /** The key of an example in an epoch. */
  public static long key(long seed, long epoch, long id) {
    return CounterRandom.key(seed, TAG, epoch, id);
  }

  /**
   * Augments an image of bytes; values are rounded to bytes again.
   *
   * @param pixels {@code [height][width][channel]} from {@code offset} on
   * @return the image from place 0 on, in an array that the next call overwrites
   */
  public byte[] augment(byte[] pixels, int offset, long key) {
    if (!how.bends() && !how.colours()) {
      Arrays.fill(bytes, (byte) 0);
      shift(key, pixels, offset, bytes);
      cutOut(key, bytes, NO_BYTES);
      return bytes;
    }
    for (int i = 0; i < work.length; i++) {
      work[i] = pixels[offset + i] & 0xff;
    }
    change(key, work, 0);
    for (int i = 0; i < out.length; i++) {
      bytes[i] = (byte) (int) (Math.max(0f, Math.min(255f, out[i])) + 0.5f);
    }
    return bytes;
  }

  /** As above, for numbers, which are not rounded. */
  public float[] augment(float[] values, int offset, long key) {
    change(key, values, offset);
    return out;
  }

  private void change(long key, float[] from, int offset) {
    if (how.bends()) {
      bend(key, from, offset);
    } else {
      Arrays.fill(out, 0f);
      shift(key, from, offset, out);
    }
    colour(key);
    cutOut(key, out, NO_FLOATS);
  }

  private boolean flips(Flip kind) {
    return how.flip() == kind || how.flip() == Flip.BOTH;
  }

  /** From {@code -most} to {@code most}. */
  private static int draw(long key, int place, int most) {
    return CounterRandom.below(key, place, 2 * most + 1) - most;
  }

  /** From {@code -most} to {@code most}. */
  private static double draw(long key, int place, double most) {
    return most == 0 ? 0 : (2.0 * CounterRandom.uniform(key, place) - 1) * most;
  }

  private int down(long key) {
    return how.crop() == 0 ? 0 : draw(key, DOWN, how.crop());
  }

  private int right(long key) {
    return how.crop() == 0 ? 0 : draw(key, RIGHT, how.crop());
  }

  private boolean flipsRows(long key) {
    return flips(Flip.VERTICAL) && CounterRandom.below(key, FLIP_ROWS, 2) == 1;
  }

  private boolean flipsColumns(long key) {
    return flips(Flip.HORIZONTAL) && CounterRandom.below(key, FLIP_COLUMNS, 2) == 1;
  }

  /** Whole pixels, copied from one array to another of the same type, which is all 0. */
  private void shift(long key, Object from, int offset, Object to) {
    int down = down(key);
    int right = right(key);
    boolean rows = flipsRows(key);
    boolean columns = flipsColumns(key);
    for (int y = 0; y < height; y++) {
      int source = (rows ? height - 1 - y : y) + down;
      if (source < 0 || source >= height) {
        continue;
      }
      int row = offset + source * width * channels;
      int first = y * width * channels;
      if (columns) {
        mirror(from, row, right, to, first);
      } else if (Math.abs(right) < width) {
        System.arraycopy(
            from,
            row + Math.max(0, right) * channels,
            to,
            first + Math.max(0, -right) * channels,
            (width - Math.abs(right)) * channels);
      }
    }
  }

  /** A row from right to left; {@code row} and {@code first} are the places of its first pixels. */
  private void mirror(Object from, int row, int right, Object to, int first) {
    for (int x = 0; x < width; x++) {
      int source = width - 1 - x + right;
      if (source >= 0 && source < width) {
        System.arraycopy(from, row + source * channels, to, first + x * channels, channels);
      }
    }
  }

  /** Each new pixel asks the map back to the image where it comes from. */
  private void bend(long key, float[] from, int offset) {
    int down = down(key);
    int right = right(key);
    boolean rows = flipsRows(key);
    boolean columns = flipsColumns(key);
    double angle = Math.toRadians(draw(key, ANGLE, how.rotate()));
    double lean = StrictMath.tan(Math.toRadians(draw(key, SHEAR, how.shear())));
    double size = 1 + draw(key, ZOOM, how.zoom());
    double sine = StrictMath.sin(angle) / size;
    double cosine = StrictMath.cos(angle) / size;
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    for (int y = 0; y < height; y++) {
      double fromMiddleY = (rows ? height - 1 - y : y) - middleY;
      for (int x = 0; x < width; x++) {
        double fromMiddleX = (columns ? width - 1 - x : x) - middleX + lean * fromMiddleY;
        double sourceY = cosine * fromMiddleY - sine * fromMiddleX + middleY + down;
        double sourceX = sine * fromMiddleY + cosine * fromMiddleX + middleX + right;
        between(from, offset, sourceY, sourceX, (y * width + x) * channels);
      }
    }
  }

  /** Bilinear interpolation; pixels outside count as 0. */
  private void between(float[] from, int offset, double y, double x, int to) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    float below = (float) (y - top);
    float beside = (float) (x - left);
    for (int c = 0; c < channels; c++) {
      int at = offset + c;
      float upper = mix(pixel(from, at, top, left), pixel(from, at, top, left + 1), beside);
      float lower = mix(pixel(from, at, top + 1, left), pixel(from, at, top + 1, left + 1), beside);
      out[to + c] = mix(upper, lower, below);
    }
  }

  private static float mix(float a, float b, float share) {
    return a + (b - a) * share;
  }

  private float pixel(float[] from, int at, int y, int x) {
    boolean outside = y < 0 || y >= height || x < 0 || x >= width;
    return outside ? 0f : from[at + (y * width + x) * channels];
  }

  private void colour(long key) {
    if (how.contrast() > 0) {
      double sum = 0;
      for (float value : out) {
        sum += value;
      }
      float mean = (float) (sum / out.length);
      float factor = (float) (1 + draw(key, CONTRAST, how.contrast()));
      for (int i = 0; i < out.length; i++) {
        out[i] = mean + (out[i] - mean) * factor;
      }
    }
    if (how.brightness() > 0) {
      float factor = (float) (1 + draw(key, BRIGHTNESS, how.brightness()));
      for (int i = 0; i < out.length; i++) {
        out[i] *= factor;
      }
    }
  }

  /** {@code nothing} are zeros of the type of {@code to}. */
  private void cutOut(long key, Object to, Object nothing) {
    if (how.cutout() == 0) {
      return;
    }
    int top = CounterRandom.below(key, HOLE_DOWN, height) - how.cutout() / 2;
    int first = CounterRandom.below(key, HOLE_RIGHT, width) - how.cutout() / 2;
    int left = Math.max(0, first);
    int right = Math.min(width, first + how.cutout());
    for (int y = Math.max(0, top); y < Math.min(height, top + how.cutout()); y++) {
      int end = (y * width + right) * channels;
      for (int at = (y * width + left) * channels; at < end; at += ZEROS) {
        System.arraycopy(nothing, 0, to, at, Math.min(ZEROS, end - at));
      }
    }
  }
}
