package eider.quality;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Reads rules: one after the other, with a semicolon or a new line between them.
 *
 * <pre>
 * rule   = check [ "where" column ( "is" | "is not" ) value ] [ "->" ( "warn" | "quarantine" | "fail" ) ]
 * check  = column "required"
 *        | column { "," column } "unique"
 *        | column "in" [ bound ] ".." [ bound ]  |  column "above" bound  |  column "below" bound
 *        | column "one of" value { "," value }
 *        | column "matches" pattern
 *        | column "exists in" [ connection "." ] table "." column
 *        | column "newer than" span
 *        | "rows within" percent "%" "of the last" number "loads"
 * </pre>
 *
 * A rule without an arrow warns: a rule changes nothing before its author has said what it shall do.
 */
public final class Rules {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,30}(\\.[0-9]{1,10})?");
    private static final String SHAPES = "after a column comes one of: required, unique, in LOW..HIGH, above N, below N, one of A, B, matches PATTERN,"
            + " exists in TABLE.COLUMN, newer than 2d";

    private Rules() {}

    /**
     * @param patterns throws an IllegalArgumentException, with a sentence, for a pattern that cannot be used
     * @throws IllegalArgumentException with a sentence that shows the rule and what is allowed, if there is anything that is no rule
     */
    public static List<Rule> parse(String text, Consumer<String> patterns) {
        List<Rule> rules = new ArrayList<>();
        for (String line : lines(text)) {
            try {
                Rule rule = rule(line);
                if (rule.check() instanceof Check.Matches matches) {
                    patterns.accept(matches.pattern());
                }
                if (rules.stream().anyMatch(other -> other.text().equals(rule.text()))) {
                    throw new IllegalArgumentException("it stands there twice");
                }
                rules.add(rule);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("rule '" + line + "': " + e.getMessage(), e);
            }
        }
        return List.copyOf(rules);
    }

    /** The single rules. A quote counts where a word begins: the apostrophe of O'Brien is none. */
    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        int begin = 0;
        char quote = 0;
        boolean fresh = true;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '\n' : text.charAt(i);
            if (quote != 0 && i < text.length()) {
                if (c == quote && i + 1 < text.length() && text.charAt(i + 1) == quote) {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                    fresh = false;
                }
            } else if (c == ';' || c == '\n' || c == '\r') {
                String line = text.substring(begin, i).strip();
                if (!line.isEmpty()) {
                    lines.add(line);
                }
                begin = i + 1;
                fresh = true;
            } else if (fresh && (c == '\'' || c == '"')) {
                quote = c;
            } else {
                fresh = Character.isWhitespace(c) || c == ',';
            }
        }
        return lines;
    }

    private static Rule rule(String line) {
        Words words = new Words(line);
        Check check = check(words);
        Rule.Where where = null;
        if (words.passed("where")) {
            String column = column(words.word());
            if (!words.passed("is")) {
                throw new IllegalArgumentException("after 'where " + column + "' comes 'is' or 'is not' and a value");
            }
            boolean not = words.passed("not");
            where = new Rule.Where(column, not, value(words));
            if (check instanceof Check.Whole) {
                throw new IllegalArgumentException("'" + check + "' is about all rows, so it takes no 'where'");
            }
        }
        Action action = Action.WARN;
        if (words.passed("->")) {
            action = action(words.word());
        }
        if (!words.end()) {
            throw new IllegalArgumentException("what follows '" + check + "' is not understood: " + words.rest() + "; a rule may end with 'where COLUMN is VALUE' and"
                    + " '-> warn', '-> quarantine' or '-> fail', and values with spaces, commas or semicolons stand in quotes");
        }
        return new Rule(check, where, action);
    }

    private static Action action(String word) {
        for (Action action : Action.values()) {
            if (action.word().equalsIgnoreCase(word)) {
                return action;
            }
        }
        throw new IllegalArgumentException("after '->' comes warn, quarantine or fail" + (word.isEmpty() ? "" : ", not '" + word + "'"));
    }

    private static Check check(Words words) {
        if (words.passedAll("rows", "within")) {
            return rowCount(words);
        }
        List<String> columns = new ArrayList<>(List.of(column(words.word())));
        while (words.passed(",")) {
            columns.add(column(words.word()));
        }
        if (words.passed("unique")) {
            return new Check.Unique(columns);
        }
        if (columns.size() > 1) {
            throw new IllegalArgumentException("only 'unique' takes several columns");
        }
        String column = columns.getFirst();
        if (words.passed("required")) {
            return new Check.Required(column);
        }
        if (words.passed("in")) {
            return range(column, words.word());
        }
        if (words.passed("above")) {
            return new Check.Range(column, bound(words.word()), null, true);
        }
        if (words.passed("below")) {
            return new Check.Range(column, null, bound(words.word()), true);
        }
        if (words.passedAll("one", "of")) {
            List<String> values = new ArrayList<>(List.of(value(words)));
            while (words.passed(",")) {
                values.add(value(words));
            }
            return new Check.OneOf(column, values);
        }
        if (words.passed("matches")) {
            String pattern = words.pattern();
            if (pattern.isEmpty()) {
                throw new IllegalArgumentException("after 'matches' comes a pattern, such as .+@.+");
            }
            return new Check.Matches(column, pattern);
        }
        if (words.passedAll("exists", "in")) {
            return exists(column, words.word());
        }
        if (words.passedAll("newer", "than")) {
            return new Check.Newer(column, Durations.parse(words.word()));
        }
        throw new IllegalArgumentException(SHAPES + "; not '" + words.rest() + "'");
    }

    private static Check rowCount(Words words) {
        String percent = words.word();
        String shape = "it is written: rows within 50% of the last 7 loads";
        if (!percent.matches("[0-9]{1,4}%") || !words.passedAll("of", "the", "last")) {
            throw new IllegalArgumentException(shape);
        }
        String loads = words.word();
        if (!loads.matches("[0-9]{1,3}") || Integer.parseInt(loads) == 0 || !words.passed("loads")) {
            throw new IllegalArgumentException(shape);
        }
        return new Check.RowCount(Integer.parseInt(percent.substring(0, percent.length() - 1)), Integer.parseInt(loads));
    }

    private static Check range(String column, String text) {
        int dots = text.indexOf("..");
        if (dots < 0 || text.equals("..")) {
            throw new IllegalArgumentException("after 'in' comes a range, such as 0..100, 0.. or ..2026-12-31, without spaces; for a list of values write 'one of'");
        }
        Check.Bound low = dots == 0 ? null : bound(text.substring(0, dots));
        Check.Bound high = dots + 2 == text.length() ? null : bound(text.substring(dots + 2));
        if (low instanceof Check.Amount from && high instanceof Check.Amount to && from.number().compareTo(to.number()) > 0
                || low instanceof Check.Day first && high instanceof Check.Day last && first.date().isAfter(last.date())) {
            throw new IllegalArgumentException("nothing is in " + text + ": the lower bound comes first");
        }
        if (low != null && high != null && low.getClass() != high.getClass()) {
            throw new IllegalArgumentException("a range is of two numbers or of two days");
        }
        return new Check.Range(column, low, high, false);
    }

    private static Check.Bound bound(String text) {
        if (NUMBER.matcher(text).matches()) {
            return new Check.Amount(new BigDecimal(text));
        }
        try {
            return new Check.Day(LocalDate.parse(text));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is neither a number such as 1000000 or -0.5 nor a day such as 2026-01-31", e);
        }
    }

    private static Check exists(String column, String text) {
        String[] names = text.split("\\.", -1);
        if (names.length < 2 || names.length > 3) {
            throw new IllegalArgumentException("after 'exists in' comes connection.dataset.column, such as shop.customers.id, or table.column, such as products.name");
        }
        for (String name : names) {
            column(name);
        }
        return names.length == 3 ? new Check.Exists(column, names[0], names[1], names[2]) : new Check.Exists(column, null, names[0], names[1]);
    }

    private static String value(Words words) {
        int before = words.rest().length();
        String value = words.word();
        if (words.rest().length() == before) {
            throw new IllegalArgumentException("a value is missing; one that is empty, or holds spaces, commas or semicolons, stands in quotes");
        }
        return value;
    }

    private static String column(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(name.isEmpty() ? "a column's name is missing"
                    : "'" + name + "' is no name: small letters, digits and underscores, beginning with a letter");
        }
        return name;
    }
}
