package eider.cage;

import eider.engine.EngineException;
import eider.store.Sql;
import eider.store.SyntaxTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What SQL that a person wrote may look like: one SELECT, over tables that are named and not files, by functions of an allow-list. Judged by DuckDB's own syntax tree and never
 * by the text.
 */
public final class Grammar {
    private static final Set<String> FUNCTIONS = functions();
    private static final Set<String> TABLE_FUNCTIONS = Set.of("unnest", "range", "generate_series", "json_each", "json_tree");
    private static final Set<String> MAKING_MANY = Set.of("range", "generate_series");
    private static final Set<String> RELATIONS = Set.of("BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT", "COLUMN_DATA", "CTE");
    /** Of a SELECT: one would have to be that long to hold data, and the trees of longer ones are no small thing. */
    private static final int LONGEST = 100_000;

    /** DuckDB's parser goes through open parentheses again and again: 500 that nobody closes took 1.7 s, 5,000 did not end and took all memory. It cannot be cancelled. */
    private static final int DEEPEST = 200;
    /** With these in a text, what is quoted is not known without a parser: there each parenthesis counts as one that stays open. */
    private static final Pattern HIDING = Pattern.compile("--|/\\*|\\\\|\\$[^\\s$]*\\$");

    /**
     * For DuckDB's parser, which calls itself: where the stack ends, so does the server. {@code from a,a,a…} of 20,000 tables ended it on a thread's usual 1 MB; the longest
     * statement that is taken runs with this.
     */
    private static final long STACK = 512L << 20;

    private final Set<String> tables = new LinkedHashSet<>();
    private final Set<String> named = new HashSet<>();

    private Grammar() {}

    /**
     * A statement that may run.
     *
     * @param named the names of its own subqueries, in small letters
     * @param text as it was written: one that parses to the tree that was looked at
     * @param tables what it names in places of tables, in small letters, with the schema before it unless that is {@code main}
     */
    public record Read(String text, Set<String> tables, Set<String> named) {}

    private static Set<String> functions() {
        try (var in = Grammar.class.getResourceAsStream("functions.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                    .flatMap(line -> List.of(line.strip().split("\\s+")).stream()).filter(name -> !name.isEmpty())
                    .map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException("the list of functions is missing from the bundle", e);
        }
    }

    /** All that may be called, in small letters. */
    static Set<String> allowed() {
        return FUNCTIONS;
    }

    /** @throws EngineException if it is not so; a sentence for who wrote it */
    public static Read read(Sql sql, String text) throws EngineException, SQLException {
        if (text.length() > LONGEST) {
            throw new EngineException("the statement is longer than " + LONGEST + " characters");
        }
        if (deepest(text) > DEEPEST) {
            throw new EngineException("the statement has more than " + DEEPEST + " parentheses in each other, or more than that beside comments: write it with less");
        }
        SyntaxTree tree = parsed(sql, text);
        Grammar grammar = new Grammar();
        grammar.look(SyntaxTree.object(tree.statements().getFirst()).get("node"));
        // A name of one of its own subqueries may also be that of a table: what is not seen is then not there either.
        return new Read(text, grammar.tables, grammar.named);
    }

    /** How many parentheses are open at once, at most; rather too many than too few. */
    private static int deepest(String text) {
        boolean hidden = HIDING.matcher(text).find();
        char quote = 0;
        int open = 0;
        int deepest = 0;
        for (char one : text.toCharArray()) {
            if (quote != 0 && !hidden) {
                quote = one == quote ? 0 : quote;
            } else if (one == '\'' || one == '"') {
                quote = one;
            } else if (one == '(') {
                deepest = Math.max(deepest, ++open);
            } else if (one == ')' && !hidden && open > 0) {
                open--;
            }
        }
        return deepest;
    }

    private static SyntaxTree parsed(Sql sql, String text) throws EngineException, SQLException {
        FutureTask<SyntaxTree> work = new FutureTask<>(() -> one(sql, text));
        Thread thread = Thread.ofPlatform().daemon().name("grammar").stackSize(STACK).start(work);
        boolean interrupted = false;
        try {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    // The connection is in use until it ends, which is soon: the alarm cancels it.
                    interrupted = true;
                }
            }
            return work.resultNow();
        } catch (IllegalStateException failed) {
            switch (work.exceptionNow()) {
                case EngineException e -> throw e;
                case SQLException e -> throw e;
                case RuntimeException e -> throw e;
                case Throwable e -> throw new EngineException("the statement cannot be understood", e);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The tree of a text that is one SELECT. */
    public static SyntaxTree one(Sql sql, String text) throws EngineException, SQLException {
        SyntaxTree tree = SyntaxTree.of(sql, text);
        if (tree.error() != null) {
            throw new EngineException(tree.error().startsWith("Only SELECT") ? "only a SELECT can be run here; tables are changed by loads"
                    : tree.error().lines().findFirst().orElse("the statement cannot be understood"));
        }
        if (tree.statements().size() != 1) {
            throw new EngineException(tree.statements().isEmpty() ? "the statement is empty" : "one SELECT at a time: these are " + tree.statements().size()
                    + " statements");
        }
        return tree;
    }

    private void look(Object node) throws EngineException {
        if (node instanceof List<?> list) {
            for (Object one : list) {
                look(one);
            }
            return;
        }
        if (!(node instanceof Map<?, ?>)) {
            return;
        }
        Map<String, Object> map = SyntaxTree.object(node);
        if (map.containsKey("sample") && map.containsKey("alias")) {
            relation(map);
        }
        String kind = String.valueOf(map.get("class"));
        if (kind.equals("FUNCTION") || kind.equals("WINDOW") || map.containsKey("function_name")) {
            function(map, false);
        }
        for (Object entry : SyntaxTree.list(SyntaxTree.object(map.get("cte_map")).get("map"))) {
            named.add(String.valueOf(SyntaxTree.object(entry).get("key")).toLowerCase(Locale.ROOT));
        }
        if (kind.equals("PARAMETER")) {
            throw new EngineException("there are no values for ? and $ here: write them into the statement");
        }
        for (Map.Entry<String, Object> child : map.entrySet()) {
            if (!(child.getKey().equals("function") && "TABLE_FUNCTION".equals(map.get("type")))) {
                look(child.getValue());
            }
        }
    }

    private void relation(Map<String, Object> map) throws EngineException {
        String type = String.valueOf(map.get("type"));
        if (!RELATIONS.contains(type)) {
            throw new EngineException("the statement reads rows by " + type.toLowerCase(Locale.ROOT).replace('_', ' ') + ", which is not possible here");
        }
        if (type.equals("BASE_TABLE")) {
            if (!String.valueOf(map.get("catalog_name")).isEmpty() || map.get("at_clause") != null) {
                throw new EngineException("a table is named alone or with its schema here, without a database and a version");
            }
            String schema = String.valueOf(map.get("schema_name")).toLowerCase(Locale.ROOT);
            String table = String.valueOf(map.get("table_name")).toLowerCase(Locale.ROOT);
            tables.add(schema.isEmpty() || schema.equals("main") ? table : schema + "." + table);
        } else if (type.equals("TABLE_FUNCTION")) {
            Map<String, Object> function = SyntaxTree.object(map.get("function"));
            function(function, true);
            look(List.copyOf(without(function)));
        }
    }

    private static Set<Object> without(Map<String, Object> function) {
        Set<Object> children = new HashSet<>();
        function.forEach((name, child) -> {
            if (child instanceof Map<?, ?> || child instanceof List<?>) {
                children.add(child);
            }
        });
        return children;
    }

    private static void function(Map<String, Object> map, boolean table) throws EngineException {
        String name = String.valueOf(map.get("function_name")).toLowerCase(Locale.ROOT);
        String schema = String.valueOf(map.getOrDefault("schema", "")).toLowerCase(Locale.ROOT);
        String catalog = String.valueOf(map.getOrDefault("catalog", "")).toLowerCase(Locale.ROOT);
        boolean ours = (schema.isEmpty() || schema.equals("main") || schema.equals("pg_catalog")) && (catalog.isEmpty() || catalog.equals("system"));
        if (!ours || !(table ? TABLE_FUNCTIONS : FUNCTIONS).contains(name)) {
            throw new EngineException("the " + (table ? "table function " : "function ") + name + " cannot be used here");
        }
        if (!table && MAKING_MANY.contains(name)) {
            throw new EngineException(name + "() makes a list of any length, so it can be used in FROM only");
        }
    }
}
