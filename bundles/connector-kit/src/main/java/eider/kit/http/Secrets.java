package eider.kit.http;

import eider.connector.SourceException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Takes secrets out of texts, in each form in which somebody may have written them. */
final class Secrets {
    /** Shorter parts of a header are words, not secrets. */
    private static final int LEAST = 4;
    private final List<String> values;
    private final List<String> forms;

    Secrets(List<String> values) {
        this.values = List.copyOf(values);
        Set<String> forms = new LinkedHashSet<>();
        for (String value : values) {
            add(forms, value.strip());
            String[] parts = value.strip().split("\\s+", 2);
            if (parts.length == 2) {
                add(forms, parts[1]);
                if (parts[0].equalsIgnoreCase("Basic")) {
                    addPassword(forms, parts[1]);
                }
            }
        }
        this.forms = new ArrayList<>(forms);
        // The longer first: the shorter may be a part of it.
        this.forms.sort(Comparator.comparingInt(String::length).reversed());
    }

    private static void addPassword(Set<String> forms, String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            add(forms, pair);
            add(forms, pair.substring(pair.indexOf(':') + 1));
        } catch (IllegalArgumentException notBase64) {
            // Then the whole text, which is kept out already, is all there is.
            return;
        }
    }

    private static void add(Set<String> forms, String secret) {
        if (secret.length() >= LEAST) {
            forms.add(secret);
            forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
            forms.add(secret.replace("/", "\\/"));
        }
    }

    /** As they were given. */
    List<String> values() {
        return values;
    }

    String without(String text) {
        String clean = text;
        for (String form : forms) {
            clean = clean.replace(form, "•••");
        }
        return clean;
    }

    /** The same failure if no secret is in it nor in what caused it; else one with the same meaning, without the causes that tell. */
    SourceException without(SourceException e) {
        if (!tells(e)) {
            return e;
        }
        String message = without(e.getMessage());
        SourceException clean = e.kind() == SourceException.Kind.RATE_LIMIT ? SourceException.rateLimit(message, e.retryAfter())
                : new SourceException(e.kind(), message, e.getCause() == null || tells(e.getCause()) ? null : e.getCause());
        clean.setStackTrace(e.getStackTrace());
        return clean;
    }

    /** Whether a secret is in the text of this or of anything that it carries. */
    boolean tells(Throwable e) {
        return tells(e, new LinkedHashSet<>());
    }

    private boolean tells(Throwable e, Set<Throwable> seen) {
        if (e == null || !seen.add(e)) {
            return false;
        }
        String text = e.toString();
        if (!without(text).equals(text) || tells(e.getCause(), seen)) {
            return true;
        }
        for (Throwable suppressed : e.getSuppressed()) {
            if (tells(suppressed, seen)) {
                return true;
            }
        }
        return false;
    }
}
