/**
 * Who is asking, and whether they may. {@link eider.web.door.Door} finds that out for every request, before anything that serves it: {@link eider.web.door.Visitor} is
 * the answer. Every servlet is a {@link eider.web.door.Guarded} and says by {@link eider.web.door.Needs} or {@link eider.web.door.Open} whom it lets in; one that says
 * nothing lets in nobody. {@link eider.web.door.Site} knows by which addresses Eider is reached.
 */
package eider.web.door;
