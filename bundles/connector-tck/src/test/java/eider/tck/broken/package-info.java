/** Ledger sources with one fault each, which exactly one clause of the contract must find. */
package eider.tck.broken;
