/**
 * Reading the store: one SELECT at a time, on a connection of its own, in a read-only transaction, within a time limit, and through the policy of who looks. See
 * {@link eider.query.QueryService}.
 */
package eider.query;
