package dev.convoy.spark.cli;

import org.apache.spark.SparkUserAppException;

/**
 * How a driver ends that runs inside YARN's application master. A JVM that exits there before the
 * master has told YARN how it went counts as failed, whatever its status, and is started again.
 */
final class ClusterEnd {
  private ClusterEnd() {}

  /** True in an application master: on YARN, in cluster mode. */
  static boolean hasDriverInYarn() {
    return "yarn".equals(System.getProperty("spark.master"))
        && "cluster".equals(System.getProperty("spark.submit.deployMode"));
  }

  /**
   * Tells YARN's master how the application ended: returns if all went well, else throws a {@link
   * SparkUserAppException} that carries the status.
   */
  static void tell(int status) {
    if (status != Main.OK) {
      throw sneaked(new SparkUserAppException(status, null));
    }
  }

  /** Scala throws checked exceptions without saying so, and the master expects this one. */
  @SuppressWarnings("unchecked")
  private static <E extends Exception> E sneaked(Exception e) throws E {
    throw (E) e;
  }
}
