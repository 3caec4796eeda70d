package dev.convoy.spark.data.image;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * What an image may cost. All limits are numbers that follow from the file, not times, so that a
 * file is refused on every machine or on none.
 */
final class ImageLimits {
  /** Pixels on a side: what a JPEG can say. */
  static final int MOST_SIDE = 65_535;

  /** Pixels of an image. */
  static final int MOST_PIXELS = 50_000_000;

  /** Scans of a JPEG; encoders make about ten. */
  static final int MOST_SCANS = 100;

  /** Pixels times scans: each scan of a progressive JPEG passes over the whole image. */
  static final long MOST_SCANNED_PIXELS = 1_000_000_000;

  private static final int MILLION = 1_000_000;

  /** Millions of pixels that all threads of a JVM decode at a time. */
  private static final Semaphore MEGAPIXELS = new Semaphore(MOST_PIXELS / MILLION, true);

  private ImageLimits() {}

  /**
   * Refuses an image that is too large.
   *
   * @throws ImageException naming what was got and what is expected
   */
  static void check(long width, long height) {
    if (width < 1 || height < 1 || width > MOST_SIDE || height > MOST_SIDE) {
      throw new ImageException(
          "got an image of "
              + width
              + " x "
              + height
              + " pixels, expected 1 to "
              + MOST_SIDE
              + " on each side");
    }
    if (width * height > MOST_PIXELS) {
      throw new ImageException(
          "got " + width * height + " pixels, expected at most " + MOST_PIXELS);
    }
  }

  /**
   * Refuses a JPEG of too many scans.
   *
   * @throws ImageException naming what was got and what is expected
   */
  static void checkScans(int scans, long pixels) {
    long most = Math.min(MOST_SCANS, MOST_SCANNED_PIXELS / pixels);
    if (scans > most) {
      throw new ImageException(
          "got a JPEG of "
              + pixels
              + " pixels in "
              + scans
              + " scans or more, expected at most "
              + most
              + " scans of so many pixels");
    }
  }

  /** Decodes while the JVM's other threads decode no more than memory allows. */
  static <T> T within(long pixels, Supplier<T> decode) {
    int permits = (int) (pixels / MILLION);
    MEGAPIXELS.acquireUninterruptibly(permits);
    try {
      return decode.get();
    } finally {
      MEGAPIXELS.release(permits);
    }
  }
}
