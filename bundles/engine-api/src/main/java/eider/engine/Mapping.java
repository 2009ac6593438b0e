package eider.engine;

/**
 * By what the rows of a dataset become rows of a canonical table.
 *
 * @param connection whose dataset; empty where a file does not say
 * @param dataset which; empty where a file does not say
 * @param table the canonical table; empty where a file does not say
 * @param model whose model it is: {@code connector}, or the operator's file as {@code config/models/orders.sql}
 * @param fault why it does not count, one sentence with a full stop; empty: it does
 */
public record Mapping(String connection, String dataset, String table, String model, String fault) {}
