package eider.files;

import java.lang.reflect.Proxy;
import java.util.Map;

/** Options as a configuration file gives them: those that are not named have their defaults. */
final class Configured {
    private Configured() {
    }

    static FilesConfig with(Object... pairs) {
        Map<String, Object> options = new java.util.HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            options.put((String) pairs[i], pairs[i + 1]);
        }
        FilesConfig config = (FilesConfig) Proxy.newProxyInstance(FilesConfig.class.getClassLoader(), new Class<?>[] {FilesConfig.class}, (proxy,
                method, arguments) -> {
            Object given = options.remove(method.getName().replace("__", "_"));
            if (given != null) {
                options.put(method.getName().replace("__", "_"), given);
                return given;
            }
            return method.getDefaultValue();
        });
        for (String name : options.keySet()) {
            try {
                FilesConfig.class.getMethod(name.replace("_", "__"));
            } catch (NoSuchMethodException e) {
                throw new IllegalArgumentException("there is no option " + name, e);
            }
        }
        return config;
    }
}
