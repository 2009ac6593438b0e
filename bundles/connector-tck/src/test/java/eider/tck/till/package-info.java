/** A small connector that speaks HTTP, ships a model and takes webhooks, and its outside system: what S6, S11 and S12 are tried on. */
package eider.tck.till;
