package eider.sql.postgresql;

import eider.connector.SourceException;
import eider.sql.Parameter;
import eider.sql.Pieces;
import eider.sql.Session;
import eider.sql.Table;
import java.util.List;

/**
 * A table in ranges of its pages: PostgreSQL 14 and newer read such a range alone. The parts of a partitioned table are read in the same ranges, each
 * of its own pages. What grows behind the last range was not there in the snapshot.
 */
final class Pages implements Pieces {
    /** Pages of the longest part, the files of all, and whether all are the server's own. A row that does not change stays where it is in its file. */
    private static final String PARTS = """
            WITH RECURSIVE part AS (
                SELECT CAST(? AS regclass)::oid AS oid
                UNION
                SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN part p ON i.inhparent = p.oid)
            SELECT max(pg_catalog.pg_relation_size(c.oid)) / current_setting('block_size')::bigint,
                md5(string_agg(c.oid || ':' || pg_catalog.pg_relation_filenode(c.oid), ',' ORDER BY c.oid)), bool_and(c.relkind IN ('r', 'm', 'p')),
                current_setting('server_version_num')::int >= 140000
            FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid""";

    private final Session session;
    private final int count;
    private final int pages;
    private final String files;

    private Pages(Session session, int count, int pages, String files) {
        this.session = session;
        this.count = count;
        this.pages = pages;
        this.files = files;
    }

    /** Null for what does not lie in pages of this server, or in few. */
    static Pieces of(Session session, Table table, int pages) throws SourceException, InterruptedException {
        if (!table.stored()) {
            return null;
        }
        Pieces[] pieces = new Pieces[1];
        session.each("looking at the size of " + table.told(), PARTS, List.of(Parameter.of(table.sql())), 1, row -> {
            long all = Long.parseLong(row.getString(1));
            if (all > pages && row.getString(3).equals("t") && row.getString(4).equals("t")) {
                pieces[0] = new Pages(session, Math.toIntExact((all + pages - 1) / pages), pages, row.getString(2));
            }
            return true;
        });
        return pieces[0];
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public String layout() {
        return files + "/" + pages;
    }

    @Override
    public String address() {
        return "ctid";
    }

    @Override
    public String within(int piece, List<Parameter> parameters) {
        return "ctid >= '(" + (long) piece * pages + ",0)' AND ctid < '(" + (piece + 1L) * pages + ",0)'";
    }

    @Override
    public String since(String seen, List<Parameter> parameters) throws SourceException, InterruptedException {
        return Postgresql.reaches(session, seen) ? "NOT " + Postgresql.older(seen, parameters) : null;
    }

    @Override
    public String snapshot() throws SourceException, InterruptedException {
        return session.ask("beginning to read", "SELECT pg_catalog.pg_export_snapshot()", List.of());
    }
}
