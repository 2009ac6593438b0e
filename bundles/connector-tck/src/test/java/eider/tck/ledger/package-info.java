/** A small connector that keeps the contract: what the contract's own tests break on purpose. */
package eider.tck.ledger;
