package io.ownedlock;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/** The floors of the house: each imports only from floors below it. */
@AnalyzeClasses(packages = "io.ownedlock", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule FLOORS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("time")
            .definedBy("io.ownedlock.time")
            .layer("task")
            .definedBy("io.ownedlock.task")
            .layer("park")
            .definedBy("io.ownedlock.park")
            .layer("watchdog")
            .definedBy("io.ownedlock.watchdog")
            .layer("sync")
            .definedBy("io.ownedlock.sync")
            .layer("deadlock")
            .definedBy("io.ownedlock.deadlock")
            .layer("registry")
            .definedBy("io.ownedlock.registry")
            .whereLayer("registry")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("sync")
            .mayOnlyBeAccessedByLayers("registry")
            .whereLayer("deadlock")
            .mayOnlyBeAccessedByLayers("registry")
            .whereLayer("park")
            .mayOnlyBeAccessedByLayers("sync", "deadlock", "registry")
            .whereLayer("watchdog")
            .mayOnlyBeAccessedByLayers("registry")
            .whereLayer("task")
            .mayOnlyBeAccessedByLayers("park", "watchdog", "sync", "deadlock", "registry")
            .whereLayer("time")
            .mayOnlyBeAccessedByLayers("park", "watchdog", "sync", "deadlock", "registry");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("io.ownedlock.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PLAIN_JAVA = ArchRuleDefinition.classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.ownedlock..", "java..", "org.jspecify.annotations")
            .because("the engine knows neither Spring nor anything else");

    @ArchTest
    static final ArchRule NO_LOCK_WITHIN = ArchRuleDefinition.noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.concurrent\\.locks\\.(Reentrant|Stamped|AbstractQueued).*")
            .because("the engine is one");

    @ArchTest
    static final ArchRule SEAMS = ArchRuleDefinition.noClasses()
            .that()
            .resideOutsideOfPackage("io.ownedlock.time")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.concurrent.locks.LockSupport")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .because("tests drive time and sleep");
}
