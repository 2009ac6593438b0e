/**
 * Who may come in, what each may see, and what was done: the services between the part that keeps people and the parts that serve them.
 * {@link eider.people.People} keeps accounts, {@link eider.people.SignIns} opens and ends sessions, {@link eider.people.Policies} says what a role may see and do,
 * {@link eider.people.Audit} remembers every change. {@link eider.people.Viewer} is what all queries are asked for: read it first. Each is one OSGi service.
 */
@Export
@Version("1.0.0")
package eider.people;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
