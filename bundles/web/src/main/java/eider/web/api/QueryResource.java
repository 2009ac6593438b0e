package eider.web.api;

import eider.engine.EngineException;
import eider.engine.Queries;
import eider.engine.Rows;
import eider.people.Permission;
import eider.web.Engine;
import eider.web.door.Needs;
import eider.web.door.Visitor;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code POST /api/v1/query} with {@code {"sql":"select …"}}: SQL of the visitor's own, over what the visitor may see. */
@Needs(Permission.SQL)
@Path("query")
public final class QueryResource {
    private static final int LONGEST = 1 << 18;
    private static final int MOST_ROWS = 10_000;
    private static final int USUAL_ROWS = 1_000;
    private static final int USUAL_SECONDS = 30;
    private static final int MOST_SECONDS = 60;
    /** Of all texts of an answer, in characters: rows beyond that are left out, as those beyond the limit are. */
    private static final long LARGEST = 8L << 20;
    /** What a value counts beside its characters: an empty text or list takes memory too, and an answer may have millions of them. */
    private static final long EACH = 8;
    /** From here on a number in JSON is another one in JavaScript. */
    private static final long EXACT = 1L << 53;

    private final Engine engine;

    @Inject
    public QueryResource(Engine engine) {
        this.engine = engine;
    }

    /**
     * What is posted.
     *
     * @param limit rows at most, 1 to 10,000; 1,000 if not given
     * @param seconds how long it may take, 1 to 60; 30 if not given
     */
    public record Question(String sql, Integer limit, Integer seconds) {
        public Question {
            if (sql == null || sql.isBlank()) {
                throw new IllegalArgumentException("'sql' is missing: write one SELECT.");
            }
            if (limit != null && (limit < 1 || limit > MOST_ROWS)) {
                throw new IllegalArgumentException("'limit' is a number of rows from 1 to 10000.");
            }
            if (seconds != null && (seconds < 1 || seconds > MOST_SECONDS)) {
                throw new IllegalArgumentException("'seconds' is a number from 1 to 60.");
            }
        }
    }

    /**
     * @param rows values in the order of the columns: decimal numbers, and whole ones beyond 2^53, as text; days and moments in ISO 8601; bytes in base 64
     * @param more whether there are rows beyond these
     */
    public record Result(List<Column> columns, List<List<Object>> rows, boolean more) {}

    /** @param type as DuckDB calls it */
    public record Column(String name, String type) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Result query(@Context HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(LONGEST + 1);
        if (body.length > LONGEST) {
            throw new IllegalArgumentException("A question of more than " + LONGEST / 1024 + " KB is not taken.");
        }
        Question question = Json.read(body, Question.class);
        Queries queries = engine.queries().orElseThrow(() -> Failures.notReady("The store is not open yet; try again in a moment."));
        Duration time = Duration.ofSeconds(question.seconds == null ? USUAL_SECONDS : question.seconds);
        try (Rows rows = queries.ask(Visitor.of(request).viewer(), question.sql, time)) {
            return result(rows, question.limit == null ? USUAL_ROWS : question.limit);
        } catch (EngineException e) {
            throw new IllegalArgumentException(sentence(e.getMessage()), e);
        }
    }

    private static String sentence(String said) {
        String first = said.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + said.substring(1);
        return first.endsWith(".") || first.endsWith("?") ? first : first + ".";
    }

    private static Result result(Rows rows, int limit) throws EngineException {
        List<Column> columns = rows.columns().stream().map(column -> new Column(column.name(), column.type())).toList();
        List<List<Object>> values = new ArrayList<>();
        long size = 0;
        while (rows.next()) {
            if (values.size() == limit || size > LARGEST) {
                return new Result(columns, values, true);
            }
            List<Object> row = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                Object value = plain(rows.value(i));
                size += size(value);
                row.add(value);
            }
            values.add(row);
        }
        return new Result(columns, values, false);
    }

    private static long size(Object value) {
        return switch (value) {
            case String text -> EACH + text.length();
            case List<?> list -> EACH + list.stream().mapToLong(QueryResource::size).sum();
            case Map<?, ?> map -> EACH + map.entrySet().stream().mapToLong(entry -> size(entry.getKey()) + size(entry.getValue())).sum();
            case null, default -> EACH;
        };
    }

    private static Object plain(Object value) {
        return switch (value) {
            case null -> null;
            case Boolean truth -> truth;
            case Long number -> Math.abs(number) < EXACT ? number : number.toString();
            case Double number -> Double.isFinite(number) ? number : number.toString();
            case BigDecimal number -> number.toPlainString();
            case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
            case List<?> list -> {
                List<Object> plain = new ArrayList<>();
                list.forEach(one -> plain.add(plain(one)));
                yield plain;
            }
            case Map<?, ?> map -> {
                Map<String, Object> plain = new LinkedHashMap<>();
                map.forEach((name, one) -> plain.put(String.valueOf(name), plain(one)));
                yield plain;
            }
            default -> value.toString();
        };
    }
}
