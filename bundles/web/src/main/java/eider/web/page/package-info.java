/**
 * The pages, rendered by the server from JTE templates ({@code src/main/jte}, compiled at build time) and useful without script.
 * Read {@link eider.web.page.Pages} first. Templates escape whatever they print; nothing here makes HTML by hand.
 */
package eider.web.page;
