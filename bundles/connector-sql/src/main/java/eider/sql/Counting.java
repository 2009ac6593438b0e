package eider.sql;

import eider.connector.Countable.Counts;
import eider.connector.SourceException;
import eider.connector.Tally;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One count of one table, by one statement. */
final class Counting {
    private final Dialect dialect;
    private final Session session;
    private final Table table;

    Counting(Dialect dialect, Session session, Table table) {
        this.dialect = dialect;
        this.session = session;
        this.table = table;
    }

    /**
     * @param place up to which to count; null where nothing was read
     * @param gone rows that were there at that place and were deleted since, as far as that is known
     */
    void count(Place place, long gone, Counts counts) throws SourceException, InterruptedException {
        counts.progress("counting " + table.told(), 0, 0);
        List<Parameter> parameters = new ArrayList<>();
        List<Column> summed = table.columns().stream().filter(Column::sums).toList();
        StringBuilder sql = new StringBuilder("SELECT count(CASE WHEN settled = 1 THEN 1 END), count(CASE WHEN settled = 0 THEN 1 END)");
        for (int i = 0; i < summed.size(); i++) {
            sql.append(", sum(CASE WHEN settled = 1 THEN s").append(i).append(" END)");
        }
        sql.append(" FROM (SELECT CASE WHEN ").append(settled(place, parameters)).append(" THEN 1 ELSE 0 END AS settled");
        for (int i = 0; i < summed.size(); i++) {
            sql.append(", ").append(dialect.summand(summed.get(i))).append(" AS s").append(i);
        }
        sql.append(" FROM ").append(table.sql()).append(") t");
        session.each("counting " + table.told(), sql.toString(), parameters, 1, row -> {
            Map<String, BigDecimal> sums = new HashMap<>();
            for (int i = 0; i < summed.size(); i++) {
                String sum = row.getString(i + 3);
                sums.put(summed.get(i).field().name(), sum == null ? BigDecimal.ZERO : new BigDecimal(sum));
            }
            Tally tally = Tally.of(Long.parseLong(row.getString(1)), sums).unsettled(gone + Long.parseLong(row.getString(2)), table.told()
                    + " changed since it was read");
            counts.add(table.key().isEmpty() ? tally.in(table.name()) : tally);
            return true;
        });
    }

    private String settled(Place place, List<Parameter> parameters) throws SourceException, InterruptedException {
        // Of pieces, only some were read; which row lies in which is not worth asking before all were.
        if (place == null || place.pieces() != null) {
            return "1 = 0";
        }
        String settled = dialect.settled(session, table, place, parameters);
        return place.at().isEmpty() ? settled : settled + " AND " + dialect.compared(table.order(), "<=", place.at(), parameters);
    }
}
