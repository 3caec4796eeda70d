package dev.convoy.spark;

import static com.tngtech.archunit.base.DescribedPredicate.or;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Imports run downward only: who may know whom among the packages of the Spark job. */
class ImportRulesTest {

  private static final String ENGINE = "dev.convoy.engine..";

  private static JavaClasses job;

  @BeforeAll
  static void readClasses() {
    job =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.convoy.spark");
  }

  /** Each package, and those that it may know; a package that is missing here may not exist. */
  private static final Map<String, String> RULES =
      Map.ofEntries(
          Map.entry("interop", ""),
          Map.entry("data.image", ""),
          Map.entry("data.source", "data.image"),
          Map.entry("data.shard", "interop data.source"),
          Map.entry("data.table", "interop data.image data.source data.shard"),
          Map.entry("data", "interop data.source data.shard data.table"),
          Map.entry("checkpoint", ""),
          Map.entry("train.event", ""),
          Map.entry("train.task", "interop data.shard"),
          Map.entry("train.cluster", "train.event data"),
          Map.entry("train.step", "interop train.event train.task data data.shard"),
          Map.entry(
              "train",
              "interop train.event train.task train.cluster train.step checkpoint data data.source data.shard data.table"),
          Map.entry("job", "train data.source data.table"),
          Map.entry("report", "train train.event"),
          Map.entry("report.console", "report train train.event"),
          Map.entry("report.page", "report train.event"),
          Map.entry("report.sparkui", "report report.page train.event"),
          Map.entry("predict", "interop report train train.event data data.shard data.table"),
          Map.entry("run", "checkpoint job train.event report report.page"),
          Map.entry("ml", "job predict train train.event data data.shard data.table"),
          Map.entry(
              "bench",
              "interop train train.event train.cluster train.step data data.source data.shard report report.console report.sparkui"),
          Map.entry(
              "cli",
              "interop bench run predict job report report.console report.page report.sparkui train train.event train.cluster checkpoint data data.image data.source data.table"));

  static Stream<Arguments> rules() {
    return RULES.entrySet().stream().map(rule -> arguments(rule.getKey(), rule.getValue()));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("rules")
  void aPackageKnowsOnlyThoseBelowIt(String name, String below) {
    String[] known =
        Stream.concat(
                Stream.of(name), Stream.of(below.split(" ")).filter(other -> !other.isEmpty()))
            .map(ImportRulesTest::full)
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(full(name))
        .should()
        .onlyDependOnClassesThat(
            or(
                resideOutsideOfPackage("dev.convoy.."),
                resideInAPackage(ENGINE),
                resideInAnyPackage(known)))
        .check(job);
  }

  @Test
  void everyClassIsInAPackageWithARule() {
    classes()
        .should()
        .resideInAnyPackage(
            RULES.keySet().stream().map(ImportRulesTest::full).toArray(String[]::new))
        .check(job);
  }

  private static String full(String name) {
    return "dev.convoy.spark." + name;
  }

  /**
   * What runs on executors is sent by the driver's side of a step and by training, by nobody else.
   */
  @Test
  void onlyTheDriversSideOfTrainingSeesTheTasks() {
    classes()
        .that()
        .resideInAPackage("dev.convoy.spark.train.task")
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(
            "dev.convoy.spark.train.task", "dev.convoy.spark.train.step", "dev.convoy.spark.train")
        .check(job);
  }

  @ParameterizedTest(name = "nobody imports {0}")
  @CsvSource({"ml", "cli"})
  void nobodyImportsTheTop(String name) {
    String top = "dev.convoy.spark." + name + "..";
    classes()
        .that()
        .resideInAPackage(top)
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAPackage(top)
        .allowEmptyShould(true)
        .check(job);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.convoy.spark.(**)").should().beFreeOfCycles().check(job);
  }

  @Test
  void noTextDependsOnTheLocaleOfTheMachine() {
    noClasses()
        .should()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "formatted", Object[].class)
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .because("names, files and messages are the same everywhere: pass Locale.ROOT")
        .check(job);
  }

  /** What belongs in a package is written in it. */
  @Test
  void everyPackageSaysWhatBelongsInIt() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> silent =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(Path::getParent)
              .distinct()
              .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
              .toList();
      assertThat(silent).isEmpty();
    }
  }
}
