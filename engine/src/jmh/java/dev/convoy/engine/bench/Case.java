package dev.convoy.engine.bench;

/**
 * One thing to measure.
 *
 * @param name unique
 * @param flop floating-point operations of one run, 0 if bytes matter
 * @param bytes read and written by one run, for the cases without arithmetic to speak of
 * @param work one run
 */
record Case(String name, double flop, double bytes, Runnable work) {
  static Case flops(String name, double flop, Runnable work) {
    return new Case(name, flop, 0, work);
  }

  static Case bytes(String name, double bytes, Runnable work) {
    return new Case(name, 0, bytes, work);
  }
}
