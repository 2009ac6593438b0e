package com.acme.stall;

import eider.connector.Cursor;
import eider.connector.Dataset;
import eider.connector.Field;
import eider.connector.Model;
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
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/** Reads a cash book: sales of ascending number. A line that corrects an earlier one names its product and day again, under a number of its own. */
@Component(service = Source.class, configurationPid = "stall", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StallConfig.class, factory = true)
public final class StallSource implements Source {
    private final StallConfig config;

    @Activate
    public StallSource(StallConfig config) {
        this.config = config;
    }

    @Override
    public List<Dataset> discover(Sniffer sniffer) throws SourceException {
        if (config.file() == null || !Files.isRegularFile(Path.of(config.file()))) {
            throw new SourceException(Kind.CONFIG, "There is no file '" + config.file() + "'; put the path of a cash book into option file.");
        }
        if (config.page() < 1) {
            throw new SourceException(Kind.CONFIG, "Option page is " + config.page() + " and must be at least 1.");
        }
        return List.of(new Dataset("sales", "What was sold at the stall.", List.of(
                Field.required("number", Type.INTEGER, "The number of the line in the book."),
                Field.required("day", Type.DATE, "The day of the market."),
                Field.of("product", Type.TEXT, "What was sold."),
                Field.of("quantity", Type.MONEY, "How many."),
                Field.of("amount", Type.MONEY, "What was paid for all of them.")), List.of("number")));
    }

    @Override
    public void read(Request request, Sink sink) throws SourceException, InterruptedException {
        long from = request.cursor().isNone() ? 0 : Long.parseLong(request.cursor().text());
        long number = 0;
        int open = 0;
        try (BufferedReader lines = Files.newBufferedReader(Path.of(config.file()))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split(";");
                number = Long.parseLong(cells[0]);
                if (number < from) {
                    continue;
                }
                sink.upsert(number, LocalDate.parse(cells[1]), cells[2], new BigDecimal(cells[3]), new BigDecimal(cells[4]));
                if (++open == config.page()) {
                    sink.checkpoint(new Cursor(Long.toString(number)));
                    open = 0;
                }
            }
            if (open > 0) {
                sink.checkpoint(new Cursor(Long.toString(number)));
            }
        } catch (IOException e) {
            throw new SourceException(Kind.TEMPORARY, "The cash book could not be read.", e);
        } catch (RuntimeException e) {
            throw new SourceException(Kind.DATA, "The cash book cannot be understood after number " + number + ".", e);
        }
    }

    @Override
    public List<Model> models() {
        return List.of(Model.read(StallSource.class, "sales.sql"));
    }
}
