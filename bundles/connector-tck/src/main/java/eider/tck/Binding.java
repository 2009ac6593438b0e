package eider.tck;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Options as text, bound to a component property type (the metatype annotation) as Declarative Services bind them: names mapped by the rules of
 * its chapter 112.8.2, values converted, the annotation's defaults for what is not there, and a value that cannot be converted told only when its
 * method is called.
 */
public final class Binding {
    private Binding() {}

    /** The annotation {@code type} as a component would get it for {@code options}. */
    public static <A> A of(Class<A> type, Map<String, ?> options) {
        if (!type.isAnnotation()) {
            throw new IllegalArgumentException(type.getName() + " is no annotation");
        }
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            if (method.getParameterCount() > 0) {
                return proxy == arguments[0];
            }
            return switch (method.getName()) {
                case "annotationType" -> type;
                case "hashCode" -> System.identityHashCode(proxy);
                case "toString" -> "@" + type.getName();
                default -> value(method, options.get(name(method)));
            };
        }));
    }

    /** The property that a method of a component property type stands for: {@code $_$} a hyphen, {@code __} an underscore, {@code _} a dot. */
    static String name(Method method) {
        String from = method.getName();
        StringBuilder name = new StringBuilder(prefix(method.getDeclaringClass()));
        for (int i = 0; i < from.length(); ) {
            if (from.startsWith("$_$", i)) {
                name.append('-');
                i += 3;
            } else if (from.startsWith("$$", i)) {
                name.append('$');
                i += 2;
            } else if (from.charAt(i) == '$') {
                i++;
            } else if (from.startsWith("__", i)) {
                name.append('_');
                i += 2;
            } else {
                name.append(from.charAt(i) == '_' ? '.' : from.charAt(i));
                i++;
            }
        }
        return name.toString();
    }

    private static String prefix(Class<?> type) {
        try {
            return (String) type.getField("PREFIX_").get(null);
        } catch (NoSuchFieldException e) {
            return "";
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException("PREFIX_ of " + type.getName() + " cannot be read", e);
        }
    }

    private static Object value(Method method, Object given) {
        Class<?> type = method.getReturnType();
        if (given == null && method.getDefaultValue() != null) {
            return method.getDefaultValue();
        }
        if (!type.isArray()) {
            Object one = given instanceof Collection<?> many ? many.stream().findFirst().orElse(null) : given;
            return scalar(type, one);
        }
        List<?> many = switch (given) {
            case null -> List.of();
            case Collection<?> collection -> List.copyOf(collection);
            case Object[] array -> Arrays.asList(array);
            default -> List.of(given);
        };
        Object array = Array.newInstance(type.getComponentType(), many.size());
        for (int i = 0; i < many.size(); i++) {
            Array.set(array, i, scalar(type.getComponentType(), many.get(i)));
        }
        return array;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object scalar(Class<?> type, Object given) {
        String text = given == null ? null : given.toString();
        if (type == String.class) {
            return text;
        }
        if (type == boolean.class || type == Boolean.class) {
            return Boolean.valueOf(text);
        }
        if (type == char.class) {
            return text == null || text.isEmpty() ? '\0' : text.charAt(0);
        }
        if (type.isEnum()) {
            return text == null ? null : Enum.valueOf((Class<Enum>) type, text);
        }
        String number = text == null || text.isBlank() ? "0" : text;
        if (type == int.class) {
            return Integer.valueOf(number);
        }
        if (type == long.class) {
            return Long.valueOf(number);
        }
        if (type == short.class) {
            return Short.valueOf(number);
        }
        if (type == byte.class) {
            return Byte.valueOf(number);
        }
        if (type == double.class) {
            return Double.valueOf(number);
        }
        if (type == float.class) {
            return Float.valueOf(number);
        }
        throw new IllegalArgumentException("a component property type cannot have a " + type.getName());
    }
}
