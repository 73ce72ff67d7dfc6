package io.ownedlock.spring.autoconfigure;

import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.origin.Origin;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Tells what is wrong with a property. Before Boot's own analyzer, which knows only that it could not be bound. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPropertyException> {

    private final Environment environment;

    InvalidPropertyFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidPropertyException cause) {
        Origin origin = origin(ConfigurationPropertyName.adapt(cause.property(), '.'));
        return new FailureAnalysis(
                cause.getMessage() + (origin == null ? "" : " Origin: " + origin), cause.mend(), cause);
    }

    /** An element of a list may have been set on its own, or the list as a whole. */
    private @Nullable Origin origin(ConfigurationPropertyName property) {
        return Stream.of(property, property.isLastElementIndexed() ? property.getParent() : property)
                .flatMap(name -> StreamSupport.stream(
                                ConfigurationPropertySources.get(environment).spliterator(), false)
                        .map(source -> source.getConfigurationProperty(name)))
                .filter(Objects::nonNull)
                .map(Origin::from)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
