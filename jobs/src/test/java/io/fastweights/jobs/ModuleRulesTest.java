package io.fastweights.jobs;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Dependencies between modules and packages: jobs, operator, state, kernels, and never back; no
 * circle of packages. This module's class path holds all four.
 */
class ModuleRulesTest {
  private static final String ROOT = "io.fastweights.";
  private static final String SAVEPOINT = ROOT + "state.savepoint..";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.fastweights");

  @ParameterizedTest
  @CsvSource({
    "kernels, state",
    "kernels, operator",
    "kernels, jobs",
    "state, operator",
    "state, jobs",
    "operator, jobs"
  })
  void noModuleDependsOnOneAboveIt(String lower, String upper) {
    assertThat(CLASSES)
        .as("classes were read")
        .anyMatch(c -> c.getPackageName().startsWith(ROOT + lower));
    noClasses()
        .that()
        .resideInAPackage(ROOT + lower + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + upper + "..")
        .check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"kernels", "state", "operator", "jobs"})
  void noPackagesFormACircle(String module) {
    SlicesRuleDefinition.slices()
        .matching(ROOT + "(**)")
        .should()
        .beFreeOfCycles()
        .check(CLASSES.that(JavaClass.Predicates.resideInAPackage(ROOT + module + "..")));
  }

  @Test
  void kernelsKnowNothingOfFlink() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "kernels..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink..")
        .check(CLASSES);
  }

  @Test
  void onlyTheCpuPackageMayUseTheIncubator() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "kernels.cpu..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(CLASSES);
  }

  /**
   * Java serialization, whose bytes choose the classes of objects. Flink ships functions that way;
   * what it restores of a savepoint tool's own task, a {@code SubtaskSnapshot}, never leaves that
   * job.
   */
  @Test
  void nothingIsReadByJavaSerialisationOrKryo() {
    noClasses()
        .that()
        .resideOutsideOfPackage(SAVEPOINT)
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.io\\.ObjectInputStream|org\\.apache\\.flink\\.util\\.InstantiationUtil"
                + "|com\\.esotericsoftware\\..*|.*\\.KryoSerializer")
        .check(CLASSES);
  }

  /** Its library is optional: a job runs without it. The command line has it. */
  @Test
  void onlyTheSavepointToolsUseTheStateProcessor() {
    noClasses()
        .that()
        .resideOutsideOfPackages(SAVEPOINT, ROOT + "jobs..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.flink.state.api..")
        .check(CLASSES);
  }

  @Test
  void jobsDoNotDependOnTheSavepointTools() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "operator..", ROOT + "state")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(SAVEPOINT)
        .check(CLASSES);
  }

  /** Jobs without tables need no table planner on the class path. */
  @Test
  void onlyTheSqlFaceKnowsTables() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "operator.sql..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.flink.table..", ROOT + "operator.sql..")
        .check(CLASSES);
  }

  /** Savepoints hold their names; see {@code io.fastweights.operator.stored}. */
  @Test
  void snapshotsOfSerializersAreWhereSavepointsSay() {
    classes()
        .that()
        .areAssignableTo(TypeSerializerSnapshot.class)
        .should()
        .resideInAnyPackage(ROOT + "state", ROOT + "operator.stored")
        .check(CLASSES);
  }

  @Test
  void storedClassesDoNotDependOnTheOperators() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "operator.stored..")
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "operator..")
                .and(resideOutsideOfPackage(ROOT + "operator.stored..")))
        .check(CLASSES);
  }

  @Test
  void theClassesOfOldSavepointsAreForReadingAlone() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("io\\.fastweights\\.operator\\.(Asked|CheckedModel)")
        .check(CLASSES);
  }
}
