/**
 * From a dataset's rows to the canonical tables. {@link eider.model.Canonical} knows the tables' columns; {@link eider.model.ModelDerivation} turns the SQL
 * that a connector ships into the SQL that a load runs over its changed rows.
 */
package eider.model;
