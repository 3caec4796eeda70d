package dev.convoy.spark;

import static com.tngtech.archunit.base.DescribedPredicate.or;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "data,",
    "checkpoint,",
    "export,",
    "train, data checkpoint",
    "report, train",
    "job, train data",
    "ml, job train data checkpoint",
  })
  void aPackageKnowsOnlyThoseBelowIt(String name, String below) {
    String self = "dev.convoy.spark." + name + "..";
    String[] known =
        Stream.concat(
                Stream.of(self, ENGINE),
                Stream.ofNullable(below)
                    .flatMap(list -> Stream.of(list.split(" ")))
                    .map(other -> "dev.convoy.spark." + other + ".."))
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(self)
        .should()
        .onlyDependOnClassesThat(
            or(resideOutsideOfPackage("dev.convoy.."), resideInAnyPackage(known)))
        .allowEmptyShould(true)
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
    slices().matching("dev.convoy.spark.(*)..").should().beFreeOfCycles().check(job);
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
}
