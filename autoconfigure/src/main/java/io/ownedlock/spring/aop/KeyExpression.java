package io.ownedlock.spring.aop;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ExpressionParser;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** A key's expression, parsed once, over the arguments of one method. */
final class KeyExpression {

    private static final ExpressionParser PARSER = new SpelExpressionParser();
    private static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

    private final Expression expression;
    private final @Nullable String @Nullable [] parameterNames;

    private KeyExpression(Expression expression, @Nullable String @Nullable [] parameterNames) {
        this.expression = expression;
        this.parameterNames = parameterNames;
    }

    /** @throws ParseException if this is no expression */
    static KeyExpression parse(String text, Method method) {
        return new KeyExpression(PARSER.parseExpression(text), PARAMETER_NAMES.getParameterNames(method));
    }

    /** @throws IllegalArgumentException if there is no key for these arguments */
    Object evaluate(@Nullable Object[] arguments) {
        Object key;
        try {
            key = expression.getValue(over(arguments));
        } catch (EvaluationException e) {
            throw new IllegalArgumentException("it cannot be evaluated: " + e.getMessage(), e);
        }
        if (key == null) {
            throw new IllegalArgumentException("it is null. " + known());
        }
        return key;
    }

    /** Reads properties and arguments. Types, constructors, methods, beans and assignments are out of its reach. */
    private EvaluationContext over(@Nullable Object[] arguments) {
        EvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding()
                .withAssignmentDisabled()
                .build();
        for (int i = 0; i < arguments.length; i++) {
            context.setVariable("p" + i, arguments[i]);
            context.setVariable("a" + i, arguments[i]);
            String name = parameterNames == null ? null : parameterNames[i];
            if (name != null) {
                context.setVariable(name, arguments[i]);
            }
        }
        return context;
    }

    private String known() {
        return parameterNames == null
                ? "The names of the parameters are not known: use #p0, or compile with -parameters"
                : "It can use #" + String.join(", #", parameterNames);
    }

    @Override
    public String toString() {
        return expression.getExpressionString();
    }
}
