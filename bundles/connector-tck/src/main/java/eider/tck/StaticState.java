package eider.tck;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Looks for static fields that can change, in a source's own package and those below it: what one connection writes there another one reads.
 * Constants are fine, and so are arrays, which Java has no other way to write; libraries that a connector carries are left alone.
 */
final class StaticState {
    private StaticState() {}

    /** Each field that could be shared, and why. */
    static List<String> of(Class<?> source, Path bundle) throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : classes(source, bundle)) {
            Class<?> type;
            try {
                type = Class.forName(name, false, source.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                // A class that cannot be linked (an optional import that is not there) is not in use either.
                continue;
            }
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic()) {
                    String why = why(field);
                    if (why != null) {
                        found.add(type.getName() + "." + field.getName() + " " + why);
                    }
                }
            }
        }
        return found;
    }

    private static String why(Field field) {
        if (!Modifier.isFinal(field.getModifiers())) {
            return "is not final";
        }
        if (field.getType().isPrimitive() || field.getType() == String.class) {
            return null;
        }
        Object value;
        try {
            field.setAccessible(true);
            value = field.get(null);
        } catch (IllegalAccessException | InaccessibleObjectException | LinkageError e) {
            return "cannot be looked at: " + e;
        }
        if (value == null) {
            return null;
        }
        String kind = value.getClass().getName();
        boolean fixed = kind.startsWith("java.util.ImmutableCollections") || kind.startsWith("java.util.Collections$")
                || kind.startsWith("java.util.RegularEnumSet");
        boolean changes = value instanceof Collection<?> || value instanceof Map<?, ?> || value instanceof ThreadLocal<?>
                || value instanceof Appendable || value instanceof Thread || value instanceof java.util.concurrent.Executor
                || value instanceof java.text.Format || value instanceof java.lang.ref.Reference<?> || value instanceof AutoCloseable
                || kind.startsWith("java.util.concurrent.atomic.") || kind.startsWith("java.util.Properties");
        return changes && !fixed ? "holds a " + kind + ", which can change" : null;
    }

    /** The classes beside a source: in the bundle that was named, or, for a source that does not come from it, where it does come from. */
    private static List<String> classes(Class<?> source, Path bundle) throws IOException {
        List<String> names = in(bundle, source.getPackageName());
        if (names.contains(source.getName())) {
            return names;
        }
        try {
            return in(Path.of(source.getProtectionDomain().getCodeSource().getLocation().toURI()), source.getPackageName());
        } catch (URISyntaxException e) {
            throw new IOException("the classes of " + source.getName() + " are not to be found", e);
        }
    }

    private static List<String> in(Path place, String in) throws IOException {
        if (Files.isDirectory(place)) {
            return classes(place, in);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return classes(jar.getPath("/"), in);
        }
    }

    private static List<String> classes(Path root, String in) throws IOException {
        Path folder = root.resolve(in.replace('.', '/'));
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> root.relativize(file).toString().replace('\\', '/')).filter(name -> name.endsWith(".class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.')).sorted().toList();
        }
    }
}
