package dev.convoy.engine.data;

import dev.convoy.engine.error.InvalidInputException;
import java.io.Serializable;

/**
 * What is done to training images before the network sees them, drawn anew in every epoch. What is
 * drawn for an example follows from (seed, epoch, identity) alone: see {@link Augmenter}. Nothing
 * is done to images that are validated, evaluated or predicted.
 *
 * @param crop pixels that are added on each side, black, before a window of the image's size is
 *     taken at random
 * @param flip what may be turned to its mirror image, each with probability 1/2
 * @param rotate degrees; the angle is drawn from minus to plus this
 * @param zoom the image is drawn larger or smaller by up to this share of its size
 * @param shear degrees; rows lean by up to this to either side
 * @param brightness every value is multiplied by a factor up to this far from 1
 * @param contrast the distance of every value to the image's mean likewise
 * @param cutout side of a square that is black, its centre at random (T. DeVries, G. W. Taylor,
 *     "Improved regularization of convolutional neural networks with cutout", 2017); 0 for none
 */
public record Augmentation(
    int crop,
    Flip flip,
    float rotate,
    float zoom,
    float shear,
    float brightness,
    float contrast,
    int cutout)
    implements Serializable {

  /** Mirror images. */
  public enum Flip {
    /** None. */
    NONE,
    /** Left and right. */
    HORIZONTAL,
    /** Up and down. */
    VERTICAL,
    /** Either, independently. */
    BOTH
  }

  /** Images as they are. */
  public static final Augmentation NONE = new Augmentation(0, Flip.NONE, 0, 0, 0, 0, 0, 0);

  /** Checks what is given. */
  public Augmentation {
    expect("crop", crop, 1000);
    expect("rotate", rotate, 180);
    expect("zoom", zoom, 0.9);
    expect("shear", shear, 80);
    expect("brightness", brightness, 1);
    expect("contrast", contrast, 1);
    expect("cutout", cutout, 1000);
  }

  private static void expect(String name, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new InvalidInputException(
          "augment." + name + ": got " + value + ", expected 0 to " + most);
    }
  }

  /** True if images stay as they are. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** True if values change. */
  boolean colours() {
    return brightness > 0 || contrast > 0;
  }

  /** True if pixels fall between the old ones. */
  boolean bends() {
    return rotate > 0 || zoom > 0 || shear > 0;
  }
}
