package eider.tck.ledger;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Request;
import eider.connector.Sink;
import eider.connector.Sniffer;
import eider.connector.Source;
import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import eider.connector.Type;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code version;put|gone;id;name;amount;day}, versions ascending. Keeps the contract; what its broken kin changes are the methods that are not
 * private.
 */
@Component(service = Source.class, configurationPid = "ledger", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LedgerConfig.class, factory = true)
public class LedgerSource implements Source {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerSource.class);

    protected final LedgerConfig config;

    @Activate
    public LedgerSource(LedgerConfig config) {
        this.config = config;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException, InterruptedException {
        check();
        return List.of(new Dataset("entries", "What was written into the ledger.", List.of(
                Field.required("id", Type.TEXT, "Identifies the entry."),
                Field.of("name", Type.TEXT, "Whom it concerns."),
                Field.of("amount", Type.MONEY, "How much, in euros."),
                Field.of("day", Type.DATE, "When it was entered.")), List.of("id")));
    }

    protected void check() throws SourceException {
        if (config.file() == null || !Files.isRegularFile(Path.of(config.file()))) {
            throw new SourceException(Kind.CONFIG, "There is no file '" + config.file() + "'; put the path of a ledger into option file.");
        }
        if (config.api__key() == null || config.api__key().isBlank()) {
            throw new SourceException(Kind.CONFIG, "Option api_key is missing.");
        }
        if (config.page() < 1) {
            throw new SourceException(Kind.CONFIG, "Option page is " + config.page() + " and must be at least 1.");
        }
        if (!List.of("kept", "small").contains(config.spelling())) {
            throw new SourceException(Kind.CONFIG, "Option spelling is '" + config.spelling() + "' and must be kept or small.");
        }
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        long from = request.cursor().isNone() ? 0 : first(Long.parseLong(request.cursor().text()));
        LOG.debug("reading {} from version {}", file(), from);
        try (BufferedReader lines = Files.newBufferedReader(file())) {
            long version = 0;
            int sinceCheckpoint = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split(";");
                version = Long.parseLong(cells[0]);
                if (version < from) {
                    continue;
                }
                push(request, cells, sink);
                if (++sinceCheckpoint == config.page()) {
                    sink.checkpoint(new Cursor(Long.toString(version)));
                    sinceCheckpoint = 0;
                }
            }
            if (sinceCheckpoint > 0) {
                sink.checkpoint(new Cursor(Long.toString(version)));
            }
        } catch (IOException e) {
            throw new SourceException(Kind.TEMPORARY, "The ledger could not be read.", e);
        }
    }

    protected Path file() {
        return Path.of(config.file());
    }

    /** The first version to read where a read before came to this one. */
    protected long first(long version) {
        return version;
    }

    protected void push(Request request, String[] cells, Sink sink) throws SourceException, InterruptedException {
        if (cells[1].equals("gone")) {
            sink.delete(cells[2]);
        } else {
            sink.upsert(values(cells));
        }
    }

    protected Object[] values(String[] cells) {
        String name = config.spelling().equals("small") ? cells[3].toLowerCase(Locale.ROOT) : cells[3];
        return new Object[] {cells[2], name, new BigDecimal(cells[4]), LocalDate.parse(cells[5])};
    }
}
