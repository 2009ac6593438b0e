package eider.store;

import eider.connector.Type;
import eider.quality.Check;
import eider.quality.Rule;
import eider.store.ingest.ScanSql;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A rule as SQL over a relation with these columns. Every name and value is quoted, numbers and days are written anew from what was parsed: nothing of a rule's text
 * is ever SQL.
 *
 * @param columns those of the relation, with their types
 */
record RuleSql(Map<String, Type> columns) {

    /** A rule that these columns, or another table, leave nothing to judge by; the message says why, as the end of a sentence. */
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String reason) {
            super(reason, null, false, false);
        }
    }

    /** Which rows a rule is about: a condition that is true or false, never empty. */
    String subject(Rule rule) throws Unfit {
        Rule.Where where = rule.where();
        if (where == null) {
            return "true";
        }
        String same = numeric(type(where.column())) ? Sql.name(where.column()) + " = " + number(where.column(), where.value())
                : text(where.column()) + " = " + Sql.text(where.value());
        return where.not() ? "NOT coalesce(" + same + ", false)" : "coalesce(" + same + ", false)";
    }

    /**
     * Which rows break a rule about single values: a condition that is true or false.
     *
     * @param among the values that {@code exists in} asks for, as a SELECT of one column
     */
    String broken(Rule rule, Check.Value check, Values among) throws Unfit {
        String column = Sql.name(check.column());
        Type type = type(check.column());
        if (check instanceof Check.Required) {
            return "(" + subject(rule) + " AND " + empty(check.column()) + ")";
        }
        String breach = switch (check) {
            case Check.Required required -> empty(check.column());
            case Check.Range range -> "NOT coalesce(" + within(range, column, type) + ", false)";
            case Check.OneOf set -> numeric(type)
                    ? column + " NOT IN (" + String.join(", ", numbers(check.column(), set.values())) + ")"
                    : text(check.column()) + " NOT IN (" + String.join(", ", set.values().stream().map(Sql::text).toList()) + ")";
            case Check.Matches matches -> "NOT regexp_full_match(" + text(check.column()) + ", " + Sql.text(matches.pattern()) + ")";
            case Check.Exists exists -> numeric(type) && numeric(among.type()) || type.equals(among.type())
                    ? column + " NOT IN (" + among.select(false) + ")" : text(check.column()) + " NOT IN (" + among.select(true) + ")";
        };
        return "(" + subject(rule) + " AND NOT " + empty(check.column()) + " AND " + breach + ")";
    }

    /** The values of another table's column: none of them is empty. */
    record Values(String relation, String column, Type type) {
        String select(boolean asText) {
            String name = Sql.name(column);
            return "SELECT " + (asText ? "CAST(" + name + " AS VARCHAR)" : name) + " FROM " + relation + " WHERE " + name + " IS NOT NULL";
        }
    }

    private static String within(Check.Range range, String column, Type type) throws Unfit {
        if (range.ofDays()) {
            LocalDate low = range.low() instanceof Check.Day day ? day.date() : null;
            LocalDate high = range.high() instanceof Check.Day day ? day.date() : null;
            // Of a day with a time: the whole day belongs to the bound.
            String from = low == null ? "true" : " >= " + day(range.open() ? low.plusDays(1) : low, type);
            String to = high == null ? "true" : " < " + day(range.open() ? high : high.plusDays(1), type);
            String value = switch (type.kind()) {
                case DATE, TIMESTAMP, INSTANT -> column;
                case TEXT -> "TRY_CAST(" + column + " AS TIMESTAMP)";
                case BOOLEAN, INTEGER, DECIMAL, DOUBLE, JSON -> throw new Unfit(range.column() + " is of type " + type + ", which is not compared with days");
            };
            return low == null ? value + to : high == null ? value + from : value + from + " AND " + value + to;
        }
        String value = switch (type.kind()) {
            case INTEGER, DECIMAL, DOUBLE -> column;
            case TEXT -> "TRY_CAST(" + column + " AS DECIMAL(38,10))";
            case BOOLEAN, DATE, TIMESTAMP, INSTANT, JSON -> throw new Unfit(range.column() + " is of type " + type + ", which is not compared with numbers");
        };
        String from = range.low() instanceof Check.Amount low ? value + (range.open() ? " > " : " >= ") + amount(low.number(), type) : "true";
        String to = range.high() instanceof Check.Amount high ? value + (range.open() ? " < " : " <= ") + amount(high.number(), type) : "true";
        return from + " AND " + to;
    }

    private static String day(LocalDate date, Type type) {
        return "CAST(" + Sql.text(date.toString()) + " AS " + (type.kind() == Type.Kind.TEXT ? "TIMESTAMP" : ScanSql.type(type)) + ")";
    }

    /** In the column's own type where it fits: a comparison in another one makes a scan of ten million rows slower. */
    private static String amount(BigDecimal number, Type type) {
        BigDecimal plain = number.stripTrailingZeros();
        if (type.kind() == Type.Kind.DECIMAL && plain.scale() <= type.scale() && plain.precision() - plain.scale() <= type.precision() - type.scale()) {
            return "CAST(" + Sql.text(number.toPlainString()) + " AS " + ScanSql.type(type) + ")";
        }
        return number.toPlainString();
    }

    private static List<String> numbers(String column, List<String> values) throws Unfit {
        List<String> numbers = new ArrayList<>();
        for (String value : values) {
            numbers.add(number(column, value));
        }
        return numbers;
    }

    private static String number(String column, String value) throws Unfit {
        try {
            BigDecimal number = new BigDecimal(value);
            if (number.precision() <= 30 && Math.abs(number.scale()) <= 30) {
                return number.toPlainString();
            }
        } catch (NumberFormatException e) {
            throw new Unfit(column + " is a number, and '" + value + "' is none");
        }
        throw new Unfit(column + " is a number, and " + value + " has more digits than it can have");
    }

    private static boolean numeric(Type type) {
        return switch (type.kind()) {
            case INTEGER, DECIMAL, DOUBLE -> true;
            case TEXT, BOOLEAN, DATE, TIMESTAMP, INSTANT, JSON -> false;
        };
    }

    /** A blank text is as good as none. */
    String empty(String column) throws Unfit {
        String name = Sql.name(column);
        return type(column).kind() == Type.Kind.TEXT ? "(" + name + " IS NULL OR trim(" + name + ", ' \t\r\n') = '')" : "(" + name + " IS NULL)";
    }

    String text(String column) throws Unfit {
        return type(column).kind() == Type.Kind.TEXT ? Sql.name(column) : "CAST(" + Sql.name(column) + " AS VARCHAR)";
    }

    Type type(String column) throws Unfit {
        Type type = columns.get(column);
        if (type == null) {
            throw new Unfit("there is no column " + column + "; there are " + String.join(", ", columns.keySet()));
        }
        return type;
    }

    /** Why a row breaks a rule, as an expression of text. */
    String reason(Rule rule, int valueLimit) throws Unfit {
        String value = switch (rule.check()) {
            case Check.Required required -> null;
            case Check.Value one -> text(one.column());
            case Check.Unique unique -> {
                StringBuilder several = new StringBuilder("concat_ws(', '");
                for (String column : unique.columns()) {
                    several.append(", ").append(text(column));
                }
                yield several.append(')').toString();
            }
            case Check.Whole whole -> null;
        };
        return value == null ? Sql.text(rule.before() + rule.after())
                : Sql.text(rule.before()) + " || left(" + value + ", " + valueLimit + ") || " + Sql.text(rule.after());
    }
}
