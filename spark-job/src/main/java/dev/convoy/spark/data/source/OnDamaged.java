package dev.convoy.spark.data.source;

/** What becomes of an image file that cannot be used. */
public enum OnDamaged {
  /** The data is refused, with the names of such files. */
  REFUSE,
  /** It is left out, counted and named; too many are refused. */
  SKIP
}
