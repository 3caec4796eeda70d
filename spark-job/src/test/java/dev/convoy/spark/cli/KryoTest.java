package dev.convoy.spark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.convoy.engine.error.InvalidInputException;
import dev.convoy.spark.interop.KryoClasses;
import java.io.IOException;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** Under Kryo that takes registered classes only, as some clusters demand it. */
class KryoTest extends RunCase {
  private static final String SERIALIZER = "spark.serializer";
  private static final String REQUIRED = "spark.kryo.registrationRequired";
  private static final String KRYO = "org.apache.spark.serializer.KryoSerializer";

  @Test
  void everyCommandRunsAndGivesTheSameWeights() throws IOException {
    trainJob().succeeds();
    String expected = json("result.json").get("weightsSha256").asText();
    System.setProperty(SERIALIZER, KRYO);
    System.setProperty(REQUIRED, "true");
    try {
      run = folder.resolve("kryo");
      trainJob("--set", "data.partitions=3").succeeds();
      assertThat(json("result.json").get("weightsSha256").asText()).isEqualTo(expected);
      Cli.run("evaluate", "--model", run.toString()).succeeds();
      Cli.run("predict", "--model", run.toString(), "--output", folder.resolve("p.csv").toString())
          .succeeds();
    } finally {
      System.clearProperty(SERIALIZER);
      System.clearProperty(REQUIRED);
    }
  }

  @Test
  void aSessionThatDoesNotKnowOurClassesIsRefusedWithTheCure() {
    SparkConf conf = new SparkConf(false).set(SERIALIZER, KRYO).set(REQUIRED, "true");
    assertThatThrownBy(() -> KryoClasses.expectUsable(conf))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("spark.kryo.registrationRequired: got true")
        .hasMessageContaining("spark.kryo.registrator to name " + KryoClasses.class.getName());
    conf.set("spark.kryo.registrator", "org.example.Theirs");
    KryoClasses.addIfRequired(conf);
    assertThat(conf.get("spark.kryo.registrator"))
        .isEqualTo("org.example.Theirs," + KryoClasses.class.getName());
    KryoClasses.expectUsable(conf);
    assertThatThrownBy(() -> KryoClasses.expectTablesUsable(conf))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected false to read a table");
  }
}
