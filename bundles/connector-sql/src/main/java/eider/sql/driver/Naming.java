package eider.sql.driver;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.kit.Options;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a server's tables are named.
 *
 * @param catalog what JDBC calls the database; null where that says nothing
 * @param schema null where the server has no schemas
 * @param quote what stands around a name; empty where the server has no such thing
 * @param catalogs whether catalogs take the place of schemas, as they do in some servers
 * @param separator of a catalog
 * @param product what the server calls itself
 */
record Naming(String catalog, String schema, String quote, boolean catalogs, String separator, String product) {

    /**
     * As the server says, for the schema that is wanted.
     *
     * @param wanted empty: the one that is the connection's own
     * @throws SourceException of kind CONFIG naming option {@code schema}
     */
    static Naming of(Connection connection, String wanted) throws SQLException, SourceException {
        DatabaseMetaData server = connection.getMetaData();
        String quote = Objects.requireNonNullElse(server.getIdentifierQuoteString(), "").strip();
        String separator = Objects.requireNonNullElse(server.getCatalogSeparator(), ".");
        String product = Objects.requireNonNullElse(server.getDatabaseProductName(), "");
        String catalog = connection.getCatalog();
        if (server.supportsSchemasInTableDefinitions()) {
            String schema = wanted.isEmpty() ? own(connection) : wanted;
            if (schema == null || schema.isEmpty()) {
                throw Options.wrong("schema", "this server does not say which one is meant; it has " + some(names(server.getSchemas(), "TABLE_SCHEM"))
                        + ".");
            }
            return new Naming(catalog, schema, quote, false, separator, product);
        }
        if (server.supportsCatalogsInTableDefinitions()) {
            String place = wanted.isEmpty() ? catalog : wanted;
            if (place == null || place.isEmpty()) {
                throw Options.wrong("schema", "this server does not say which one is meant; it has " + some(names(server.getCatalogs(), "TABLE_CAT"))
                        + ".");
            }
            return new Naming(place, null, quote, true, separator, product);
        }
        if (!wanted.isEmpty()) {
            throw Options.wrong("schema", "this server has no schemas; leave it empty.");
        }
        return new Naming(catalog, null, quote, false, separator, product);
    }

    private static List<String> names(ResultSet rows, String column) throws SQLException {
        List<String> names = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                String name = rows.getString(column);
                if (name != null && !name.isEmpty()) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static String own(Connection connection) throws SQLException {
        try {
            return connection.getSchema();
        } catch (java.sql.SQLFeatureNotSupportedException | AbstractMethodError e) {
            return null;
        }
    }

    /**
     * That there is nothing may be since there is no such schema. A server need not tell of those whose tables it shows, so this is asked last.
     *
     * @throws SourceException of kind CONFIG naming option {@code schema}
     */
    void checkPlace(DatabaseMetaData server) throws SQLException, SourceException {
        if (place().isEmpty()) {
            return;
        }
        List<String> there = catalogs ? names(server.getCatalogs(), "TABLE_CAT") : names(server.getSchemas(), "TABLE_SCHEM");
        if (!there.contains(place())) {
            throw Options.wrong("schema", "there is no '" + place() + "', or none whose tables this user may see" + there.stream()
                    .filter(place()::equalsIgnoreCase).findFirst().map(name -> "; it is written '" + name + "' there.")
                    .orElse("; there are " + some(there) + "."));
        }
    }

    private static String some(List<String> names) {
        return String.join(", ", names.stream().limit(20).toList()) + (names.size() > 20 ? " and others" : "");
    }

    /** The schema for people; empty where there is none. */
    String place() {
        return schema != null ? schema : catalogs ? catalog : "";
    }

    String quoted(String name) {
        return quote.isEmpty() ? name : quote + name.replace(quote, quote + quote) + quote;
    }

    /** @throws SourceException of kind DATA if the name cannot be written to this server */
    void check(String name) throws SourceException {
        if (quote.isEmpty() && !name.matches("[A-Za-z_][A-Za-z0-9_$#]*")) {
            throw new SourceException(Kind.DATA, "The name '" + name + "' cannot be written to this server, which has no quotes for names; leave "
                    + "its table "
                    + "out by a ! in option 'tables', or make a view.");
        }
    }

    String table(String name) {
        return schema != null ? quoted(schema) + "." + quoted(name) : catalogs ? quoted(catalog) + separator + quoted(name) : quoted(name);
    }
}
