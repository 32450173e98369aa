package io.fastweights.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.annotation.Experimental;
import org.apache.flink.annotation.Internal;
import org.apache.flink.annotation.PublicEvolving;
import org.junit.jupiter.api.Test;

/**
 * The signatures that a user's code may depend on, as they stand in {@code public-api.txt}: types
 * of operator and state that are marked {@link PublicEvolving} or {@link Experimental}, and the
 * types of kernels that such code names. A change shows in the file's difference. To write it anew:
 *
 * <pre>{@code
 * mvn test -pl jobs -am -Dtest=PublicApiTest -Dsurefire.failIfNoSpecifiedTests=false -Dfastweights.write-api=true
 * }</pre>
 */
class PublicApiTest {
  private static final String ROOT = "io.fastweights.";
  private static final Path FILE = Path.of("src/test/resources/public-api.txt");

  /** Kernels know no Flink, so its annotations cannot mark them. */
  private static final List<String> OF_KERNELS =
      List.of(
          "kernels.model.AssociativeMemory",
          "kernels.model.ModelConfig",
          "kernels.model.SlowWeights",
          "kernels.model.Storage",
          "kernels.model.Tensor",
          "kernels.weights.WeightsFile",
          "kernels.model.WeightsFormatException",
          "kernels.schema.Field",
          "kernels.schema.MalformedEventException",
          "kernels.schema.Prior",
          "kernels.schema.RawEvent",
          "kernels.schema.Schema",
          "kernels.schema.SchemaJson",
          "kernels.schema.Target");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.fastweights");

  @Test
  void everyPublicTypeOfALibraryWithFlinkIsMarked() {
    classes()
        .that()
        .resideInAnyPackage(ROOT + "operator..", ROOT + "state..")
        .and()
        .areTopLevelClasses()
        .and()
        .arePublic()
        .should()
        .beAnnotatedWith(PublicEvolving.class)
        .orShould()
        .beAnnotatedWith(Experimental.class)
        .orShould()
        .beAnnotatedWith(Internal.class)
        .check(CLASSES);
  }

  @Test
  void signaturesAreThoseOfTheCommittedFile() throws Exception {
    List<String> lines = new ArrayList<>();
    types().forEach(type -> describe(type, lines));
    if (Boolean.getBoolean("fastweights.write-api")) {
      Files.write(FILE, lines);
    }
    assertThat(lines).hasSizeGreaterThan(100);
    assertThat(lines).containsExactlyElementsOf(Files.readAllLines(FILE));
  }

  /** So that a release is compared with the last one by the same list. */
  @Test
  void theProfileApiOfThePomNamesTheTypesOfKernels() throws Exception {
    assertThat(
            Pattern.compile("<include>io\\.fastweights\\.(kernels\\.[\\w.]+)</include>")
                .matcher(Files.readString(Path.of("../pom.xml")))
                .results()
                .map(include -> include.group(1)))
        .containsExactlyInAnyOrderElementsOf(OF_KERNELS);
  }

  private static Stream<JavaClass> types() {
    return CLASSES.stream()
        .filter(type -> !type.getEnclosingClass().isPresent() && isPublic(type.getModifiers()))
        .filter(PublicApiTest::isApi)
        .sorted(Comparator.comparing(JavaClass::getName));
  }

  private static boolean isApi(JavaClass type) {
    return OF_KERNELS.contains(type.getName().substring(ROOT.length()))
        || type.isAnnotatedWith(PublicEvolving.class)
        || type.isAnnotatedWith(Experimental.class);
  }

  private static boolean isPublic(Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) && !modifiers.contains(JavaModifier.SYNTHETIC);
  }

  /** Binary signatures: of generic types the erasure. */
  private static void describe(JavaClass type, List<String> lines) {
    lines.add(type.getName());
    type.getMembers().stream()
        .filter(member -> isPublic(member.getModifiers()))
        .filter(member -> !member.isAnnotatedWith(Internal.class))
        .map(PublicApiTest::signature)
        .sorted()
        .forEach(line -> lines.add("  " + line));
    CLASSES.stream()
        .filter(inner -> inner.getEnclosingClass().filter(type::equals).isPresent())
        .filter(inner -> isPublic(inner.getModifiers()) && !inner.isAnonymousClass())
        .sorted(Comparator.comparing(JavaClass::getName))
        .forEach(inner -> describe(inner, lines));
  }

  private static String signature(JavaMember member) {
    if (member instanceof JavaField field) {
      return field.getRawType().getName() + " " + field.getName();
    }
    JavaCodeUnit code = (JavaCodeUnit) member;
    return code.getRawReturnType().getName()
        + " "
        + code.getName()
        + code.getRawParameterTypes().stream()
            .map(JavaClass::getName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
