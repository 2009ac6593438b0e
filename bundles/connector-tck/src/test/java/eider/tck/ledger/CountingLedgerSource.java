package eider.tck.ledger;

import eider.connector.Countable;
import eider.connector.Request;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Tally;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A ledger that counts too: its versions tell what it held at any cursor, so that nothing is ever unsettled. What its broken kin changes are the
 * methods that are not private.
 */
public class CountingLedgerSource extends LedgerSource implements Countable {

    public CountingLedgerSource(LedgerConfig config) {
        super(config);
    }

    @Override
    public void count(Request request, Counts counts) throws SourceException, InterruptedException {
        checkBeforeCounting();
        long last = request.cursor().isNone() ? 0 : Long.parseLong(request.cursor().text());
        Map<String, BigDecimal> entries = new HashMap<>();
        try {
            List<String> lines = Files.readAllLines(file());
            for (String line : lines) {
                counts.progress("counting", entries.size(), lines.size());
                pause();
                String[] cells = line.split(";");
                if (!isCounted(Long.parseLong(cells[0]), last)) {
                    continue;
                }
                if (cells[1].equals("gone")) {
                    entries.remove(cells[2]);
                } else {
                    entries.put(cells[2], new BigDecimal(cells[4]));
                }
            }
        } catch (IOException e) {
            throw new SourceException(Kind.TEMPORARY, "The ledger could not be counted.", e);
        }
        counts.add(tally(entries));
    }

    protected void checkBeforeCounting() throws SourceException {
        check();
    }

    protected void pause() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the count was interrupted");
        }
    }

    protected boolean isCounted(long version, long last) {
        return version <= last;
    }

    protected Tally tally(Map<String, BigDecimal> entries) {
        return Tally.of(entries.size(), Map.of("amount", entries.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add)));
    }
}
