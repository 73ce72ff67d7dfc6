package io.ownedlock.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.boot.autoconfigure.AutoConfiguration;

@AnalyzeClasses(packages = "io.ownedlock.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("io.ownedlock.(spring..)").should().beFreeOfCycles();

    /** Auto-configurations elsewhere may name ours, to come after them. */
    @ArchTest
    static final ArchRule nobodyBelowImportsTheWiring = noClasses()
            .that()
            .resideOutsideOfPackage("..autoconfigure..")
            .and()
            .areNotAnnotatedWith(AutoConfiguration.class)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..spring.autoconfigure..");

    /** The advisor, the watchdog and the tasks work without what is optional; only Micrometer's registry loads the accessor. */
    @ArchTest
    static final ArchRule optionalLibrariesStayInTheirRooms = noClasses()
            .that()
            .resideInAnyPackage("io.ownedlock.spring", "..spring.aop..", "..spring.task..", "..spring.watchdog..")
            .and()
            .doNotHaveSimpleName("ParentAccessor")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.micrometer..",
                    "org.springframework.boot.health..",
                    "org.springframework.boot.actuate..",
                    "org.springframework.web..",
                    "jakarta..");

    @ArchTest
    static final ArchRule autoConfigurationsAreFinal = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
}
