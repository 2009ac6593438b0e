/**
 * SQL that a person wrote, in a process of its own. {@link eider.cage.Cage} writes the rows that the person may see into files, starts {@link eider.cage.CagedQuery} in another
 * JVM with bounds that the operating system keeps, and hands back the rows that it sends over {@link eider.cage.Wire}. What the person may not see is not in that process, so no
 * trick of a statement reaches it; and what a statement does to the process is done to that process alone. {@link eider.cage.Grammar} looks at the statement before.
 */
package eider.cage;
