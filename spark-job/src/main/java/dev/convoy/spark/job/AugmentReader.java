package dev.convoy.spark.job;

import dev.convoy.engine.data.Augmentation;
import dev.convoy.engine.model.ModelSpec;
import java.util.Arrays;
import java.util.Locale;

/** Makes the {@code augment} section of a job the engine's record. */
final class AugmentReader {
  private static final String GROUP = "augment.";

  private AugmentReader() {}

  /** True for a key of the section. */
  static boolean isOwn(Key key) {
    return key.dotted().startsWith(GROUP);
  }

  /**
   * @throws UserError if images of a model of several inputs are to be augmented: they would no
   *     longer fit each other
   */
  static Augmentation read(Settings settings, ModelSpec model) {
    Augmentation augmentation = read(settings);
    if (!augmentation.isNone() && model.inputs().size() > 1) {
      Key first =
          Arrays.stream(Key.values())
              .filter(key -> isOwn(key) && settings.isGiven(key))
              .findFirst()
              .orElseThrow();
      throw settings
          .place(first)
          .error(
              first.dotted()
                  + ": got a model of "
                  + model.inputs().size()
                  + " inputs, expected one: the images of several would no longer fit each other");
    }
    return augmentation;
  }

  private static Augmentation read(Settings settings) {
    return new Augmentation(
        settings.integer(Key.AUGMENT_CROP),
        Augmentation.Flip.valueOf(settings.text(Key.AUGMENT_FLIP).toUpperCase(Locale.ROOT)),
        settings.single(Key.AUGMENT_ROTATE),
        settings.single(Key.AUGMENT_ZOOM),
        settings.single(Key.AUGMENT_SHEAR),
        settings.single(Key.AUGMENT_BRIGHTNESS),
        settings.single(Key.AUGMENT_CONTRAST),
        settings.integer(Key.AUGMENT_CUTOUT));
  }
}
