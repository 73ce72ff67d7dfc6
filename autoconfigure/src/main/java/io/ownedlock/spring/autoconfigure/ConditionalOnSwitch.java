package io.ownedlock.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless the property says no. Boot's own condition takes whatever is not {@code true} for a no, and an application whose
 * switch is misspelt would run without its locks; here that ends the start-up.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnSwitch.OnSwitch.class)
@interface ConditionalOnSwitch {

    /** The name of the property. */
    String value();

    /** Reads the property as those are read that are bound, so that its failure names it in the same way. */
    class OnSwitch extends SpringBootCondition {

        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            String property =
                    metadata.getAnnotations().get(ConditionalOnSwitch.class).getString("value");
            boolean on = Binder.get(context.getEnvironment())
                    .bind(property, Boolean.class)
                    .orElse(true);
            return new ConditionOutcome(
                    on,
                    ConditionMessage.forCondition(ConditionalOnSwitch.class, property)
                            .because(on ? "it is on" : "it is off"));
        }
    }
}
