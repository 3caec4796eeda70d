package dev.convoy.spark.ml;

/**
 * Hands a stage the uid it was constructed with. Spark's super classes ask for the uid before a
 * constructor written in Java has set a field, so it waits here, for this thread, until then.
 */
final class Uid {
  private static final ThreadLocal<String> GIVEN = new ThreadLocal<>();

  private Uid() {}

  /** A value that exists only after {@code uid} was put down. */
  record Given(String uid) {
    Given {
      GIVEN.set(uid);
    }
  }

  /** The uid put down last; it is picked up once. */
  static String take() {
    String uid = GIVEN.get();
    GIVEN.remove();
    return uid;
  }
}
