package eider.people;

/** What a role may do beside looking at pages. Admins may do everything; other roles what {@code permissions} of their policy names. */
public enum Permission {
    /** Write SQL of one's own. */
    SQL,
    /** Take rows away as a file. */
    EXPORT,
    /** Show a page of one's own inside another site. */
    EMBED,
    /** See who did what lately, without values. */
    ACTIVITY,
    /** See connections, loads, quarantine and lineage; sync, approve, take back, mend. */
    OPERATE,
    /** See and change accounts. Admins only. */
    PEOPLE,
    /** Change settings. Admins only. */
    SETTINGS,
    /** Read the audit trail. Admins only. */
    AUDIT;

    /** Whether a policy may give it to a role: accounts, settings and the audit trail stay with admins, or a role could make itself one. */
    public boolean canBeGiven() {
        return switch (this) {
            case SQL, EXPORT, EMBED, ACTIVITY, OPERATE -> true;
            case PEOPLE, SETTINGS, AUDIT -> false;
        };
    }
}
