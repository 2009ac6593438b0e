package eider.policy;

import eider.people.Permission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a role may see and do, as its file {@code config/policies/<role>.cfg} says. A role with a fault may do nothing and sees nothing.
 *
 * @param shown the file as people are told of it
 * @param rules by table; a table that is not among them is not seen
 * @param faults what is wrong with the text, one sentence each, with file and line and without a full stop
 */
record Policy(String role, String shown, Set<Permission> permissions, Map<String, Rule> rules, List<String> faults) {
    private static final Pattern TABLE = Pattern.compile("(?:[a-z][a-z0-9_]*\\.)?[a-z_][a-z0-9_]*");
    private static final Pattern COLUMN = Pattern.compile("[a-z_][a-z0-9_]*");
    private static final Pattern LINE = Pattern.compile("([^=]*?)\\s*=\\s*(.*)");
    private static final String ALL = "all";
    private static final String EXCEPT = "all except ";

    Policy {
        permissions = Set.copyOf(permissions);
        rules = Map.copyOf(rules);
        faults = List.copyOf(faults);
    }

    /**
     * The rows and columns of a table that a role sees.
     *
     * @param condition SQL over the columns of the table; null: all rows
     * @param columns by name; null: all but the hidden ones, which begin with an underscore
     * @param except those of all that are left out
     * @param line of the file on which the condition stands
     */
    record Rule(String table, String condition, List<String> columns, List<String> except, int line) {
        Rule {
            columns = columns == null ? null : List.copyOf(columns);
            except = List.copyOf(except);
        }
    }

    /** @param shown the file as people are told of it */
    static Policy parse(String role, String shown, String text) {
        return new Reading(shown).read(role, text);
    }

    /** Of a role whose file cannot even be read. */
    static Policy faulty(String role, String shown, String fault) {
        return new Policy(role, shown, Set.of(), Map.of(), List.of(shown + ": " + fault));
    }

    private static final class Reading {
        private final String shown;
        private final List<String> faults = new ArrayList<>();
        private final Set<Permission> permissions = EnumSet.noneOf(Permission.class);
        private final Map<String, Integer> seen = new LinkedHashMap<>();
        private final Map<String, String> rows = new LinkedHashMap<>();
        private final Map<String, List<String>> columns = new LinkedHashMap<>();
        private final Map<String, List<String>> except = new LinkedHashMap<>();
        private int line;

        Reading(String shown) {
            this.shown = shown;
        }

        Policy read(String role, String text) {
            for (String one : text.lines().toList()) {
                line++;
                String stripped = one.strip();
                if (!stripped.isEmpty() && !stripped.startsWith("#")) {
                    entry(stripped);
                }
            }
            for (String table : columns.keySet()) {
                if (!rows.containsKey(table)) {
                    line = seen.get(table + ".columns");
                    fault("'" + table + ".rows' is missing: say which rows of " + table + " are seen, or '" + table + ".rows = all'");
                }
            }
            Map<String, Rule> rules = new LinkedHashMap<>();
            rows.forEach((table, condition) -> rules.put(table, new Rule(table, condition.equals(ALL) ? null : condition, columns.get(table),
                    except.getOrDefault(table, List.of()), seen.get(table + ".rows"))));
            return faults.isEmpty() ? new Policy(role, shown, permissions, rules, List.of())
                    : new Policy(role, shown, Set.of(), Map.of(), faults);
        }

        private void fault(String what) {
            faults.add(shown + " line " + line + ": " + what);
        }

        private void entry(String text) {
            Matcher parts = LINE.matcher(text);
            if (!parts.matches()) {
                fault("'" + text + "' is no option: write 'name = value'");
                return;
            }
            String name = parts.group(1).strip();
            String value = parts.group(2).strip();
            Integer before = seen.putIfAbsent(name, line);
            if (before != null) {
                fault("'" + name + "' stands here a second time (first on line " + before + "); keep one of them");
            } else if (name.equals("permissions")) {
                permissions(value);
            } else if (name.endsWith(".rows") && table(name, ".rows") != null) {
                if (value.isEmpty()) {
                    fault("'" + name + "' says nothing: write a condition, or 'all' for all rows");
                }
                rows.put(table(name, ".rows"), value);
            } else if (name.endsWith(".columns") && table(name, ".columns") != null) {
                columns(table(name, ".columns"), value);
            } else {
                fault("there is no option '" + name + "'; there are permissions, TABLE.rows and TABLE.columns, with names in small letters");
            }
        }

        private static String table(String name, String ending) {
            String table = name.substring(0, name.length() - ending.length());
            return TABLE.matcher(table).matches() ? table : null;
        }

        private void permissions(String value) {
            for (String word : words(value)) {
                Permission permission = null;
                for (Permission one : Permission.values()) {
                    if (one.canBeGiven() && one.name().toLowerCase(Locale.ROOT).equals(word)) {
                        permission = one;
                    }
                }
                if (permission == null) {
                    fault("'" + word + "' is no permission that can be given; there are sql, export, embed, activity and operate");
                } else {
                    permissions.add(permission);
                }
            }
        }

        private void columns(String table, String value) {
            if (value.equals(ALL)) {
                return;
            }
            boolean others = value.startsWith(EXCEPT);
            List<String> names = words(others ? value.substring(EXCEPT.length()) : value);
            names.stream().filter(name -> !COLUMN.matcher(name).matches()).findFirst().ifPresent(name -> fault("'" + name
                    + "' is no name of a column: write names in small letters with commas between them, 'all', or 'all except NAME, NAME'"));
            if (names.isEmpty()) {
                fault("'" + table + ".columns' names none: leave it out for all columns");
            }
            if (others) {
                except.put(table, names);
            } else {
                columns.put(table, names);
            }
        }

        private static List<String> words(String value) {
            return value.isBlank() ? List.of() : List.of(value.strip().split("\\s*,\\s*"));
        }
    }
}
