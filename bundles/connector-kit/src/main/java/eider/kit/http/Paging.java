package eider.kit.http;

import eider.connector.SourceException;

/**
 * The loop over pages that name their next one. It goes on as long as there is a cursor, also after an empty page, and ends with kind {@code DATA}
 * where a source leads in a circle, which would otherwise never end.
 */
public final class Paging {
    private Paging() {}

    /** Reads one page. */
    @FunctionalInterface
    public interface Step {
        /**
         * @param cursor where the page begins: what the page before named, or what the loop was begun with
         * @return where the next one begins; null or blank if this was the last
         */
        String page(String cursor) throws SourceException, InterruptedException;
    }

    /**
     * Reads page after page on the calling thread until there is no next one.
     *
     * @param what is read, for the message: {@code "Shopify's orders"}
     * @param first where the first page begins; null for sources whose first page has no cursor
     * @throws SourceException of kind {@code DATA} if a cursor comes again: at once after its own page, and after at most three rounds of a longer
     *     circle
     * @throws InterruptedException before the next page, if the thread was interrupted
     */
    public static void each(String what, String first, Step step) throws SourceException, InterruptedException {
        String cursor = first;
        // Brent's way to find a circle: one cursor is kept, and replaced at distances that double, so memory does not grow with the pages.
        String kept = first;
        long distance = 0;
        long reach = 1;
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted between two pages");
            }
            String next = step.page(cursor);
            if (next != null && next.isBlank()) {
                next = null;
            }
            if (next != null && (next.equals(cursor) || next.equals(kept))) {
                throw new SourceException(SourceException.Kind.DATA, "The pages of " + what
                        + " lead in a circle: a page named a next one that was read "
                        + "before. Nothing was lost, but nothing more can be read either; ask the vendor, or for smaller pages.");
            }
            if (++distance == reach) {
                kept = next;
                distance = 0;
                reach *= 2;
            }
            cursor = next;
        } while (cursor != null);
    }
}
