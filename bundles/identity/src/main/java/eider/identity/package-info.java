/**
 * Accounts, sign-ins and the audit trail of a home, in a small database of their own ({@code data/people.mv.db}) that no query of anybody reaches.
 * Begin with {@link eider.identity.House}, which holds the parts together, then {@link eider.identity.Vault} (the file), {@link eider.identity.Trail}
 * (the chain that every change is written to in its own transaction) and the three services {@link eider.identity.PeopleService}, {@link
 * eider.identity.SignInService}, {@link eider.identity.AuditService}.
 */
package eider.identity;
