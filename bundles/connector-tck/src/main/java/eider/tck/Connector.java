package eider.tck;

import eider.connector.Source;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes the sources of one connector, in whatever way the place does it where the contract runs. */
@FunctionalInterface
public interface Connector extends AutoCloseable {

    /**
     * Makes a connection.
     *
     * @param name lower_snake, another one for each connection of a test
     * @param options as they stand in a configuration file; nothing in them is taken for faulty here
     */
    Source connect(String name, Map<String, String> options) throws Exception;

    /** Ends all connections that were made. */
    @Override
    default void close() throws IOException {}

    /**
     * In a plain JVM: calls the constructor that Declarative Services would call.
     *
     * @param type a source with exactly one constructor of which one parameter is its configuration annotation
     * @param services the constructor's other parameters, in its order
     */
    static Connector of(Class<? extends Source> type, Object... services) {
        List<Constructor<?>> constructors = Arrays.stream(type.getDeclaredConstructors())
                .filter(c -> Arrays.stream(c.getParameterTypes()).filter(Class::isAnnotation).count() == 1).toList();
        if (constructors.size() != 1) {
            throw new IllegalArgumentException(type.getName() + " has " + constructors.size() + " constructors that take a configuration annotation; "
                    + "write Connector as a lambda: (name, options) -> new …(Binding.of(…Config.class, options))");
        }
        Constructor<?> constructor = constructors.getFirst();
        constructor.setAccessible(true);
        return (name, options) -> {
            Class<?>[] parameters = constructor.getParameterTypes();
            Object[] arguments = new Object[parameters.length];
            int next = 0;
            for (int i = 0; i < parameters.length; i++) {
                arguments[i] = parameters[i].isAnnotation() ? Binding.of(parameters[i], options) : services[next++];
            }
            try {
                return (Source) constructor.newInstance(arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        };
    }
}
