package eider.web.page;

import eider.web.door.Form;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was typed into a form, without its secrets, and what is wrong with it, field by field. One request. */
public final class Entered {
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> errors = new LinkedHashMap<>();
    private String error = "";

    /** Keeps what stands in these fields of the form. */
    static Entered from(Form form, String... names) {
        Entered entered = new Entered();
        for (String name : names) {
            entered.values.put(name, form.text(name));
        }
        return entered;
    }

    Entered with(String name, String value) {
        values.put(name, value);
        return this;
    }

    /** Something is wrong with a field; the first thing that is counts. */
    Entered wrong(String name, String sentence) {
        errors.putIfAbsent(name, sentence);
        return this;
    }

    /** Something is wrong that has no field of its own. */
    Entered wrong(String sentence) {
        error = sentence;
        return this;
    }

    /** Puts what a service refused beside the field that its sentence is about. */
    Entered refused(String sentence, Map<String, String> fieldsByWord) {
        String lower = sentence.toLowerCase(java.util.Locale.ROOT);
        for (Map.Entry<String, String> entry : fieldsByWord.entrySet()) {
            if (lower.contains(entry.getKey())) {
                return wrong(entry.getValue(), sentence);
            }
        }
        return wrong(sentence);
    }

    public boolean isRight() {
        return errors.isEmpty() && error.isEmpty();
    }

    public String value(String name) {
        return values.getOrDefault(name, "");
    }

    /** Empty where nothing is wrong. */
    public String error(String name) {
        return errors.getOrDefault(name, "");
    }

    public String error() {
        return error;
    }
}
