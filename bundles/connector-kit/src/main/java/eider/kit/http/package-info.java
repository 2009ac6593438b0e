/**
 * What connectors to HTTP APIs share: read {@link eider.kit.http.Account} first, which a source keeps, then {@link eider.kit.http.Http}, which it
 * opens for a read, and {@link eider.kit.http.JsonPages}, which turns the answers into rows without building trees. {@link eider.kit.http.Paging}
 * and {@link eider.kit.http.Watermark} keep the two loops honest that most sources have: over pages, and over what was updated since.
 *
 * <p>It is a package of its own beside {@code eider.kit} so that a connector without HTTP carries neither it nor its JSON parser.
 */
package eider.kit.http;
