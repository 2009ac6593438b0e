/** The ledger source whose connections share a field; apart from the others, because a whole package is searched for such fields. */
package eider.tck.sharing;
