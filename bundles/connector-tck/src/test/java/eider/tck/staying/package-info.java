/** A ledger source that does not leave with its bundle. */
package eider.tck.staying;
