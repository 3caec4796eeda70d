package dev.convoy.engine.kernel;

/** The points +-A and +-B of {@link WinogradTransforms}, and what its matrices are made of. */
final class WinogradPoints {
  static final float A = 0.625f;
  static final float B = 1.5f;
  static final float A2 = A * A;
  static final float B2 = B * B;
  static final float A3 = A * A * A;
  static final float B3 = B * B * B;

  /** Factors of the rows of G. */
  static final float G_0 = 1 / (A2 * B2);

  static final float G_A = 1 / (2 * A2 * (A2 - B2));
  static final float G_B = 1 / (2 * B2 * (B2 - A2));

  private WinogradPoints() {}
}
