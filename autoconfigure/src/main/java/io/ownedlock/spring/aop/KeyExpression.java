package io.ownedlock.spring.aop;

import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** A key's expression, parsed once, over the arguments of one method. */
final class KeyExpression {

    private static final SpelExpressionParser PARSER = new SpelExpressionParser();

    private final SpelExpression expression;
    private final Map<String, Integer> arguments;

    /** The argument that is all of the expression; -1 if there is more to it. */
    private final int only;

    private KeyExpression(SpelExpression expression, Map<String, Integer> arguments) {
        this.expression = expression;
        this.arguments = arguments;
        this.only = expression.getAST() instanceof VariableReference
                ? arguments.values().iterator().next()
                : -1;
    }

    /**
     * Parses it, and looks whether it asks for no more than there is.
     *
     * @throws ParseException if this is no expression
     * @throws IllegalArgumentException if it does more than read the method's arguments
     */
    static KeyExpression parse(String text, Method method) {
        SpelExpression expression = PARSER.parseRaw(text);
        return new KeyExpression(expression, new KeyArguments(method).usedBy(expression));
    }

    /** @throws IllegalArgumentException if there is no key for these arguments */
    Object evaluate(@Nullable Object[] values) {
        Object key;
        try {
            key = only >= 0 ? values[only] : expression.getValue(over(values));
        } catch (EvaluationException e) {
            throw new IllegalArgumentException("it cannot be evaluated: " + e.getMessage(), e);
        }
        if (key == null) {
            throw new IllegalArgumentException("it is null");
        }
        return key;
    }

    /** Reads properties and arguments. Types, constructors, methods, beans and assignments are out of its reach. */
    private EvaluationContext over(@Nullable Object[] values) {
        EvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding()
                .withAssignmentDisabled()
                .build();
        arguments.forEach((name, index) -> context.setVariable(name, values[index]));
        return context;
    }

    @Override
    public String toString() {
        return expression.getExpressionString();
    }
}
