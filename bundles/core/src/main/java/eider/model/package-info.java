/**
 * From a dataset's rows to the canonical tables. {@link eider.model.Canonical} knows the tables' columns; {@link eider.model.ModelDerivation} turns a
 * model's SQL into the SQL that a load runs over its changed rows. Models are shipped by connectors or written by operators: {@link
 * eider.model.OperatorModels} says which count for a dataset, and {@link eider.model.ModelSql} judges what an operator wrote.
 */
package eider.model;
