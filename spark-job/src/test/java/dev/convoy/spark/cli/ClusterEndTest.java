package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.SparkUserAppException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterEndTest {
  @AfterEach
  void forget() {
    System.clearProperty("spark.master");
    System.clearProperty("spark.submit.deployMode");
  }

  private static void driver(String master, String mode) {
    System.setProperty("spark.master", master);
    System.setProperty("spark.submit.deployMode", mode);
  }

  @Test
  void onlyYarnsClusterModeRunsTheDriverInItsMaster() {
    assertThat(ClusterEnd.hasDriverInYarn()).isFalse();
    driver("yarn", "client");
    assertThat(ClusterEnd.hasDriverInYarn()).isFalse();
    driver("spark://host:7077", "cluster");
    assertThat(ClusterEnd.hasDriverInYarn()).isFalse();
    driver("yarn", "cluster");
    assertThat(ClusterEnd.hasDriverInYarn()).isTrue();
  }

  /** Had main ended the JVM, this test would end with it. */
  @Test
  void mainReturnsThereAndCarriesAMistakesStatus() {
    driver("yarn", "cluster");
    Main.main(new String[] {"--version"});
    assertThatThrownBy(() -> Main.main(new String[] {"trian"}))
        .isInstanceOf(SparkUserAppException.class)
        .extracting("exitCode")
        .isEqualTo(2);
  }
}
