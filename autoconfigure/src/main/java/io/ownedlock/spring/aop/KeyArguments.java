package io.ownedlock.spring.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;

/** Which arguments of a method a key uses. Finds at start-up what would fail, or be nothing, at every call. */
final class KeyArguments {

    private static final ParameterNameDiscoverer PARAMETER_NAMES = new DefaultParameterNameDiscoverer();

    private static final Set<Class<?>> MORE_THAN_READING = Set.of(
            Assign.class,
            BeanReference.class,
            ConstructorReference.class,
            FunctionReference.class,
            MethodReference.class,
            OpDec.class,
            OpInc.class,
            TypeReference.class);

    private final Map<String, Integer> known = new LinkedHashMap<>();
    private final Map<String, Integer> used = new LinkedHashMap<>();
    private final @Nullable String @Nullable [] names;

    KeyArguments(Method method) {
        names = PARAMETER_NAMES.getParameterNames(method);
        for (int i = 0; i < method.getParameterCount(); i++) {
            known.put("p" + i, i);
            known.put("a" + i, i);
            String name = names == null ? null : names[i];
            if (name != null && !isReserved(name)) {
                known.put(name, i);
            }
        }
    }

    /**
     * The arguments behind the variables of an expression.
     *
     * @throws IllegalArgumentException if it uses anything else
     */
    Map<String, Integer> usedBy(SpelExpression expression) {
        visit(expression.getAST(), false);
        return Map.copyOf(used);
    }

    /** @param hasRoot whether there is an object at hand, one of a list for example, that properties may be read from */
    private void visit(SpelNode node, boolean hasRoot) {
        if (MORE_THAN_READING.contains(node.getClass())) {
            throw new IllegalArgumentException("'" + node.toStringAST() + "' does more than read arguments");
        }
        if (node instanceof VariableReference variable) {
            use(variable.toStringAST().substring(1), hasRoot);
        }
        if (node instanceof PropertyOrFieldReference property && !hasRoot) {
            throw new IllegalArgumentException("'" + property.getName()
                    + "' is a property of nothing, and an argument is " + "#" + property.getName());
        }
        for (int i = 0; i < node.getChildCount(); i++) {
            visit(node.getChild(i), hasRoot || node instanceof CompoundExpression && i > 0 || bringsRoot(node));
        }
    }

    private static boolean bringsRoot(SpelNode node) {
        return node instanceof Selection || node instanceof Projection || node instanceof Indexer;
    }

    /** Names that mean the object at hand in an expression, and never an argument. */
    private static boolean isReserved(String name) {
        return name.equals("this") || name.equals("root");
    }

    private void use(String name, boolean hasRoot) {
        Integer index = known.get(name);
        if (index != null) {
            used.put(name, index);
        } else if (!hasRoot || !isReserved(name)) {
            throw new IllegalArgumentException("there is no argument #" + name + ". "
                    + (names == null
                            ? "The names of the parameters are not known: use #p0, or compile with -parameters"
                            : "It can use #" + String.join(", #", known.keySet())));
        }
    }
}
