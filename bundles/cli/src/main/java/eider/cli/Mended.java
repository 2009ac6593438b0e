package eider.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What the audit trail says of fields that somebody mended: all names, and the values of figures and days alone. Texts are names, addresses and notes of customers, and what
 * once stands in the audit trail cannot be taken out again when a customer asks for it.
 */
final class Mended {
    /** Up to nine digits before the point: longer ones may be numbers of telephones, cards, accounts. */
    private static final Pattern FIGURE_OR_DAY = Pattern.compile("-?[0-9]{1,9}(?:[.,][0-9]{1,6})?|[0-9]{4}-[0-9]{2}-[0-9]{2}|true|false");

    private Mended() {}

    static String fields(Collection<String> names, Map<String, String> values) {
        List<String> fields = new ArrayList<>();
        for (String name : names) {
            String value = values.get(name);
            fields.add(name + " = " + (value == null || value.isEmpty() ? "(empty)" : FIGURE_OR_DAY.matcher(value).matches() ? value : "(text)"));
        }
        return String.join(", ", fields);
    }
}
