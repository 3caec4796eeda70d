package dev.convoy.engine;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
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
import org.junit.jupiter.params.provider.MethodSource;

/** Imports run downward only: who may know whom among the packages of the engine. */
class ImportRulesTest {

  private static final DescribedPredicate<JavaClass> VECTOR_KERNELS =
      DescribedPredicate.describe(
          "kernel.Vector*", type -> type.getName().startsWith("dev.convoy.engine.kernel.Vector"));

  private static JavaClasses engine;

  @BeforeAll
  static void readClasses() {
    engine =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.convoy.engine");
    assertThat(engine).isNotEmpty();
  }

  /** Each package, and those that it may know; a package that is missing here may not exist. */
  private static final Map<String, String> RULES =
      Map.ofEntries(
          Map.entry("error", ""),
          Map.entry("tensor", "error"),
          Map.entry("kernel", "error tensor"),
          Map.entry("kernel.convolution", "error tensor kernel"),
          Map.entry("sum", "error tensor kernel"),
          Map.entry("optimizer", "error tensor kernel"),
          Map.entry("data", "error tensor"),
          Map.entry("loss", "error tensor kernel"),
          Map.entry("text", "error"),
          Map.entry("layer", "error text tensor kernel kernel.convolution"),
          Map.entry("model", "error text tensor layer loss data"),
          Map.entry("network", "error tensor kernel layer loss data model"));

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
    noClasses()
        .that()
        .resideInAPackage(full(name))
        .should()
        .dependOnClassesThat(resideInAPackage("dev.convoy..").and(not(resideInAnyPackage(known))))
        .check(engine);
  }

  @Test
  void everyClassIsInAPackageWithARule() {
    classes()
        .should()
        .resideInAnyPackage(
            RULES.keySet().stream().map(ImportRulesTest::full).toArray(String[]::new))
        .check(engine);
  }

  private static String full(String name) {
    return "dev.convoy.engine." + name;
  }

  @Test
  void nothingButTheJavaPlatformIsNeeded() {
    classes()
        .that(not(VECTOR_KERNELS))
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "com.sun.management..", "dev.convoy.engine..")
        .check(engine);
  }

  @Test
  void onlyTheVectorKernelsKnowTheIncubatorModule() {
    classes()
        .that(VECTOR_KERNELS)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "jdk.incubator.vector..",
            "dev.convoy.engine.kernel..",
            "dev.convoy.engine.tensor..",
            "dev.convoy.engine.error..")
        .allowEmptyShould(true)
        .check(engine);
  }

  /** The vector kernels are loaded by name, so that the engine also runs without the module. */
  @Test
  void nobodyNamesTheVectorKernels() {
    noClasses()
        .that(not(VECTOR_KERNELS))
        .should()
        .dependOnClassesThat(VECTOR_KERNELS)
        .check(engine);
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.convoy.engine.(**)").should().beFreeOfCycles().check(engine);
  }

  /** Bits must not depend on the machine: StrictMath, or operations that are exact. */
  @Test
  void noMathThatMayDifferBetweenMachines() {
    noClasses()
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "is an intrinsic of Math whose last bit may differ",
                call ->
                    call.getTargetOwner().isEquivalentTo(Math.class)
                        && java.util.Set.of(
                                "exp", "log", "log10", "log1p", "expm1", "pow", "sin", "cos", "tan",
                                "sinh", "cosh", "tanh", "asin", "acos", "atan", "atan2", "cbrt",
                                "hypot")
                            .contains(call.getName())))
        .check(engine);
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
        .check(engine);
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
