package shoal.testkit.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom (docs/design.md, section 9). */
final class FencesTest {
    private static final String PROTO = "shoal.proto..";
    private static final String WIRE = "shoal.wire..";
    private static final String RECIPE = "shoal.recipe..";
    private static final String MODEL = "shoal.model..";
    private static final String PLAN = "shoal.plan..";
    private static final String ENGINE = "shoal.engine..";
    private static final String CLASSIFIER = "shoal.classifier..";
    private static final String COORDINATOR = "shoal.coordinator..";
    private static final String WORKER = "shoal.worker..";
    private static final String CLI = "shoal.cli..";
    private static final List<String> ALL =
            List.of(RECIPE, MODEL, PLAN, PROTO, WIRE, ENGINE, CLASSIFIER, COORDINATOR, WORKER, CLI);

    /** What each module may import besides itself. */
    private static final Map<String, List<String>> ALLOWED =
            new TreeMap<>(
                    Map.of(
                            RECIPE, List.of(),
                            MODEL, List.of(RECIPE),
                            PLAN, List.of(RECIPE, MODEL),
                            PROTO, List.of(),
                            WIRE, List.of(RECIPE, PROTO),
                            ENGINE, List.of(RECIPE, MODEL, PLAN),
                            CLASSIFIER, List.of(RECIPE, MODEL, PLAN, ENGINE),
                            COORDINATOR, List.of(RECIPE, MODEL, PLAN, PROTO, WIRE),
                            WORKER, List.of(RECIPE, MODEL, PLAN, PROTO, WIRE, ENGINE),
                            CLI, ALL));

    private static JavaClasses classes = new ClassFileImporter().importClasses();

    @BeforeAll
    static void read_all_classes() {
        classes =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("shoal");
    }

    @TestFactory
    List<DynamicTest> every_module_imports_only_what_it_may() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Map.Entry<String, List<String>> module : ALLOWED.entrySet()) {
            List<String> forbidden = new ArrayList<>(ALL);
            forbidden.remove(module.getKey());
            forbidden.removeAll(module.getValue());
            if (!forbidden.isEmpty()) {
                tests.add(
                        fence(
                                module.getKey() + " keeps to " + module.getValue(),
                                noClasses()
                                        .that()
                                        .resideInAPackage(module.getKey())
                                        .should()
                                        .dependOnClassesThat()
                                        .resideInAnyPackage(forbidden.toArray(String[]::new))));
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> packages_with_one_duty_keep_their_libraries() {
        return List.of(
                fence(
                        "only the kernel imports DJL's tensors",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("shoal.engine.djl..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("ai.djl.ndarray..", "ai.djl.pytorch..")),
                fence(
                        "only the tokenizer imports DJL's tokenizers",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("shoal.model.tokenizer..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("ai.djl.huggingface..")),
                fence(
                        "only cli.local starts coordinators and workers",
                        noClasses()
                                .that()
                                .resideInAPackage(CLI)
                                .and()
                                .resideOutsideOfPackage("shoal.cli.local..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage(COORDINATOR, WORKER)),
                fence(
                        "only the http adapter imports Vert.x",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("shoal.coordinator.http..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAPackage("io.vertx..")),
                fence(
                        "only the store imports JDBC",
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("shoal.coordinator.store..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("java.sql..", "org.sqlite..")));
    }

    @TestFactory
    List<DynamicTest> cores_do_no_input_or_output() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String core : List.of("shoal.coordinator.core..", "shoal.worker.core..", PLAN)) {
            tests.add(
                    fence(
                            core + " has no clock, socket, thread, random or logger",
                            noClasses()
                                    .that()
                                    .resideInAPackage(core)
                                    .should()
                                    .dependOnClassesThat()
                                    .resideInAnyPackage(
                                            "java.io..",
                                            "java.nio.file..",
                                            "java.nio.channels..",
                                            "java.net..",
                                            "java.util.concurrent..",
                                            "org.slf4j..",
                                            "io.grpc..")
                                    .orShould()
                                    .dependOnClassesThat()
                                    .haveFullyQualifiedName("java.lang.Thread")
                                    .orShould()
                                    .dependOnClassesThat()
                                    .haveFullyQualifiedName("java.util.Random")
                                    .orShould()
                                    .dependOnClassesThat()
                                    .haveFullyQualifiedName("java.time.Clock")
                                    .orShould()
                                    .callMethod(System.class, "nanoTime")
                                    .orShould()
                                    .callMethod(System.class, "currentTimeMillis")));
        }
        return tests;
    }

    private static DynamicTest fence(String name, ArchRule rule) {
        return DynamicTest.dynamicTest(name, () -> rule.allowEmptyShould(true).check(classes));
    }
}
