package eider.engine;

import java.util.List;

/**
 * What a load read, and what of it was kept aside.
 *
 * @param load which
 * @param cursorBefore from where the source was read, as the source writes it, at most 1,000 characters; empty: from the beginning
 * @param cursorAfter how far
 * @param parts the files, sheets or pages that were read, in their order; at most a thousand
 * @param quarantined the bad rows that it met, each with its place, those that were mended since among them; at most a thousand
 */
public record LoadOrigin(Load load, String cursorBefore, String cursorAfter, List<Origin.Part> parts, List<Quarantined> quarantined) {
    public LoadOrigin {
        parts = List.copyOf(parts);
        quarantined = List.copyOf(quarantined);
    }
}
