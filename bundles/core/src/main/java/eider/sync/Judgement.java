package eider.sync;

import eider.connector.Tally;
import eider.store.Mode;
import eider.store.Tallies.Aside;
import eider.store.Tallies.Here;
import eider.store.Tallies.Outcome;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a dataset holds what its source holds, and by how much it does not. Each part is judged by itself, so that what is too much in one does not
 * make up for what is missing in another.
 *
 * <ul>
 *   <li>Rows in quarantine explain as many rows fewer here. Of a dataset with a key they explain at most as many: the good row that was here before a bad one stays.
 *   <li>By {@link Mode#APPEND} more rows here than there are no difference: what is replaced or deleted there stays here.
 *   <li>Unsettled rows explain as many rows more here, at most. If none is needed, and the sums of the settled ones are those of the rows here, all of them came after the read.
 *   <li>The sum of a field is judged where both sides, and the quarantine, know it to the last digit, and nobody gave other values to its bad rows.
 * </ul>
 */
final class Judgement {
    private static final int NAMED = 3;

    private final boolean keyed;
    private final boolean append;
    private final Set<String> mended;
    private final Map<String, BigDecimal[]> sums = new TreeMap<>();
    private final Set<String> unjudged = new TreeSet<>();
    private final List<String> fewer = new ArrayList<>();
    private final List<String> more = new ArrayList<>();
    private final Set<String> apart = new TreeSet<>();
    private final Set<String> otherwise = new TreeSet<>();
    private final List<String> unsettled = new ArrayList<>();
    private long settled;
    private long here;
    private long there;
    private long aside;
    private long missing;
    private long surplus;

    private Judgement(Mode mode, boolean keyed, Set<String> mended) {
        this.keyed = keyed;
        this.append = mode == Mode.APPEND;
        this.mended = mended;
    }

    /**
     * Judges.
     *
     * @param keyed whether the dataset has a key
     * @param exact the fields that are exact numbers here
     * @param mended the fields that people gave other values
     */
    static Judgement of(Mode mode, boolean keyed, Set<String> exact, Set<String> mended, Map<String, Tally> there, Map<String, Here> here, Map<String, Aside> aside) {
        Judgement judgement = new Judgement(mode, keyed, mended);
        new TreeMap<>(there).forEach((part, tally) -> judgement.part(tally, here.getOrDefault(part, Here.NOTHING), aside.getOrDefault(part, Aside.NOTHING), exact));
        return judgement;
    }

    private void part(Tally tally, Here held, Aside bad, Set<String> exact) {
        long difference = held.rows() - tally.rows();
        if (keyed && difference < 0) {
            difference = Math.min(0, difference + bad.rows());
        } else if (!keyed) {
            difference += bad.rows();
        }
        // As many rows as are settled, with the same sums, are those: then the others came after the read and are no concern.
        boolean open = tally.unsettled() == Tally.ANY || tally.unsettled() > 0
                && (difference != 0 || exact.stream().anyMatch(field -> tally.sums().containsKey(field) && apart(field, tally.sums().get(field), held, bad)));
        if (open) {
            unsettled.add(tally.why());
        } else {
            settled++;
        }
        if (tally.unsettled() == Tally.ANY && tally.rows() == 0) {
            return;
        }
        here += held.rows();
        there += tally.rows();
        aside += bad.rows();
        if (difference < 0) {
            missing -= difference;
            fewer.add(tally.part());
        } else if (difference > tally.unsettled() && !append) {
            surplus += difference - tally.unsettled();
            more.add(tally.part());
        }
        if (!open && (difference == 0 || !append)) {
            tally.sums().forEach((field, sum) -> judge(tally.part(), field, sum, held, bad, exact));
        }
    }

    /** Whether the sums of a field are known on both sides, and are not the same. */
    private boolean apart(String field, BigDecimal sum, Here held, Aside bad) {
        BigDecimal mine = held.sums().get(field);
        BigDecimal kept = kept(field, bad);
        return mine != null && kept != null && !mended.contains(field) && mine.compareTo(sum.subtract(kept)) != 0;
    }

    /** What the rows in quarantine add to a sum; null where nobody knows. */
    private BigDecimal kept(String field, Aside bad) {
        return bad.rows() == 0 ? BigDecimal.ZERO : keyed ? null : bad.sums().get(field);
    }

    private void judge(String part, String field, BigDecimal sum, Here held, Aside bad, Set<String> exact) {
        if (!exact.contains(field)) {
            return;
        }
        BigDecimal mine = held.sums().get(field);
        if (mine == null && held.rows() == 0) {
            mine = BigDecimal.ZERO;
        }
        BigDecimal kept = kept(field, bad);
        if (mine == null || (kept == null || mended.contains(field)) && mine.compareTo(sum) != 0) {
            unjudged.add(field);
            return;
        }
        BigDecimal own = mine;
        BigDecimal other = (kept == null ? sum : sum.subtract(kept)).stripTrailingZeros();
        other = other.scale() < own.scale() ? other.setScale(own.scale()) : other;
        sums.merge(field, new BigDecimal[] {own, other}, (a, b) -> new BigDecimal[] {a[0].add(b[0]), a[1].add(b[1])});
        if (own.compareTo(other) != 0) {
            otherwise.add(field);
            apart.add(part);
        }
    }

    Outcome outcome() {
        if (missing > 0 || surplus > 0 || !otherwise.isEmpty()) {
            return Outcome.DIFFERS;
        }
        return settled == 0 ? Outcome.UNSETTLED : Outcome.MATCHES;
    }

    long here() {
        return here;
    }

    long there() {
        return there;
    }

    long aside() {
        return aside;
    }

    /** The sums that were judged, by field: here, and there without what is in quarantine. */
    Map<String, BigDecimal[]> sums() {
        Map<String, BigDecimal[]> judged = new TreeMap<>(sums);
        judged.keySet().removeAll(unjudged);
        return judged;
    }

    // ---- in words

    /** What came of it, for a person. */
    String message() {
        StringBuilder message = new StringBuilder();
        switch (outcome()) {
            case MATCHES -> message.append(matches());
            case DIFFERS -> message.append(differs());
            case UNSETTLED -> message.append("It cannot be told now: ").append(some(unsettled)).append('.');
            case RUNNING, FAILED -> throw new IllegalStateException();
        }
        if (!unjudged.isEmpty()) {
            message.append(" The sum").append(unjudged.size() == 1 ? " of " : "s of ").append(listed(unjudged)).append(unjudged.size() == 1 ? " was" : " were").append(" not compared: ")
                    .append(aside > 0 ? "what the rows in quarantine add to it is not known." : mended.containsAll(unjudged) ? "bad rows came in with values that a person gave."
                            : "its numbers are too large to be added up.");
        }
        if (!unsettled.isEmpty() && outcome() != Outcome.UNSETTLED) {
            message.append(" Not compared: ").append(some(unsettled)).append('.');
        }
        return message.toString();
    }

    private String matches() {
        Set<String> fields = sums().keySet();
        String same = fields.isEmpty() ? "" : "the sum" + (fields.size() == 1 ? " of " + listed(fields) + " is" : "s of " + listed(fields) + " are") + " the same";
        if (aside > 0 && here < there) {
            long kept = there - here;
            return said(here) + " of the source's " + rows(there) + (here == 1 ? " is" : " are") + " here, " + said(kept) + (kept == 1 ? " is" : " are") + " in quarantine"
                    + (same.isEmpty() ? "." : "; without " + (kept == 1 ? "it " : "them ") + same + ".");
        }
        same = same.isEmpty() ? "." : ", and " + same + ".";
        return here > there ? "All " + rows(there) + " of the source are here, and " + said(here - there) + " that it has no more" + same
                : rows(here) + " here, as at the source" + same;
    }

    private String differs() {
        List<String> sentences = new ArrayList<>();
        if (missing > 0) {
            sentences.add(rows(missing) + " fewer here than at the source" + in(fewer) + (surplus == 0 ? counts() : ""));
        }
        if (surplus > 0) {
            sentences.add(rows(surplus) + " more here than at the source" + in(more) + (missing == 0 ? counts() : ""));
        }
        List<String> differences = new ArrayList<>();
        otherwise.stream().limit(NAMED).forEach(field -> {
            BigDecimal difference = sums.get(field)[0].subtract(sums.get(field)[1]);
            differences.add("the sum of " + field + (difference.signum() == 0 ? " differs, in one part by as much as in another" : " is " + plain(difference.abs())
                    + (difference.signum() < 0 ? " less" : " more") + " here"));
        });
        if (!differences.isEmpty()) {
            String told = String.join("; ", differences);
            sentences.add((sentences.isEmpty() ? "As many rows as at the source (" + said(here) + (aside > 0 ? " and " + said(aside) + " in quarantine" : "") + "), but " + told
                    + in(List.copyOf(apart)) : Character.toUpperCase(told.charAt(0)) + told.substring(1)));
        }
        return String.join(". ", sentences) + ".";
    }

    private String counts() {
        return " (" + said(here) + " here" + (aside > 0 ? ", " + said(aside) + " in quarantine" : "") + ", " + said(there) + " there)";
    }

    private static String in(List<String> parts) {
        List<String> names = parts.stream().filter(part -> !part.isEmpty()).toList();
        return names.isEmpty() ? "" : ", in " + some(names);
    }

    private static String some(List<String> names) {
        List<String> distinct = names.stream().distinct().toList();
        return distinct.size() <= NAMED ? String.join(", ", distinct) : String.join(", ", distinct.subList(0, NAMED)) + " and " + said(distinct.size() - NAMED) + " more";
    }

    private static String listed(Set<String> fields) {
        List<String> names = List.copyOf(new TreeSet<>(fields));
        if (names.size() > NAMED) {
            return said(names.size()) + " columns";
        }
        return names.size() < 2 ? String.join("", names) : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }

    private static String rows(long rows) {
        return rows == 1 ? "1 row" : said(rows) + " rows";
    }

    private static String said(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0).toPlainString() : stripped.toPlainString();
    }
}
