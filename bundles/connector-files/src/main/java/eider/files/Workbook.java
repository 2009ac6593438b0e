package eider.files;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An Excel workbook (.xlsx, .xlsm), read row by row: the values that its cells hold, for formulas those that were computed when it was saved.
 * Memory is bounded by the table of distinct texts, which has a limit; so have the unpacked size and its ratio to the packed one. Faults are of
 * kind DATA, a sentence each.
 */
final class Workbook implements Closeable {
    /** Excel's own limits. */
    static final int ROWS = 1_048_576;
    static final int COLUMNS = 16_384;
    private static final long UNPACKED = 8L << 30;
    private static final long HARMLESS = 64L << 20;
    private static final int RATIO = 200;
    private static final long CELLS = 500_000_000L;
    private static final int DEPTH = 64;
    private static final int TEXTS = 4_000_000;
    private static final long TEXT_CHARACTERS = 96L << 20;
    private static final int CELL_CHARACTERS = 1 << 20;

    private static final long DAY_MILLISECONDS = 86_400_000L;
    /** 10000-01-01 in either epoch is later than this; a number beyond is no date in Excel. */
    private static final double LAST_DAY = 2_958_466;
    private static final Pattern ESCAPE = Pattern.compile("_x([0-9A-Fa-f]{4})_");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,38}");

    private final ZipFile zip;
    private final XMLInputFactory xml;
    private final List<Sheet> sheets = new ArrayList<>();
    private boolean from1904;
    private String textsPart;
    private List<String> texts;
    private final List<Boolean> dateStyles = new ArrayList<>();

    /**
     * A sheet with cells; charts have none and are left out.
     *
     * @param number from 1, as people count them
     */
    record Sheet(int number, String name, boolean visible, String part) {
    }

    /** Takes the rows of a sheet that have a cell, in their order. */
    interface Reader {

        /**
         * @param number of the row as Excel shows it
         * @param cells by column, as short as they may be: null, {@link String}, {@link Boolean}, {@link BigDecimal}, {@link LocalDateTime} or
         * {@link Cells.Fault}
         */
        void row(int number, List<Object> cells) throws SourceException, InterruptedException;
    }

    private Workbook(ZipFile zip) {
        this.zip = zip;
        // The JDK's reader, wherever the thread comes from. Without a DTD there are no entities to expand; its count of expansions includes &amp; and
        // the like, and would refuse an ordinary sheet with 100,000 of them.
        xml = XMLInputFactory.newDefaultFactory();
        xml.setProperty(XMLInputFactory.SUPPORT_DTD, Boolean.FALSE);
        xml.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, Boolean.FALSE);
        xml.setProperty("jdk.xml.totalEntitySizeLimit", "0");
        xml.setProperty("jdk.xml.maxGeneralEntitySizeLimit", "0");
        xml.setProperty("jdk.xml.entityExpansionLimit", "0");
    }

    static Workbook open(Path file) throws SourceException, InterruptedException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw data("it is a damaged or incomplete Excel file (its zip archive cannot be opened); save or copy it again.", e);
        } catch (IOException e) {
            throw data("it could not be read from the disk (" + e.getMessage() + ").", e);
        }
        Workbook book = new Workbook(zip);
        try {
            book.readStructure();
            return book;
        } catch (SourceException | InterruptedException | RuntimeException e) {
            book.close();
            throw e;
        }
    }

    List<Sheet> sheets() {
        return List.copyOf(sheets);
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("an Excel file could not be closed", e);
        }
    }

    /** Pushes the rows of a sheet into {@code reader}. */
    void read(Sheet sheet, Reader reader) throws SourceException, InterruptedException {
        try (Part part = open(sheet.part)) {
            XMLStreamReader in = part.in;
            int row = 0;
            int column = 0;
            long count = 0;
            List<Object> cells = null;
            while (part.next()) {
                if (in.isStartElement()) {
                    switch (in.getLocalName()) {
                        case "row" -> {
                            row = number(in.getAttributeValue(null, "r"), row + 1, ROWS, "row");
                            cells = new ArrayList<>();
                            column = 0;
                        }
                        case "c" -> {
                            if (cells == null) {
                                throw data("it is damaged: a cell stands outside of a row.", null);
                            }
                            String place = in.getAttributeValue(null, "r");
                            int at = place == null ? column : column(place);
                            if (++count > CELLS) {
                                throw data("it holds more than " + CELLS + " cells, which no honest workbook does.", null);
                            }
                            Object value = cell(part);
                            if (value != null) {
                                while (cells.size() < at) {
                                    cells.add(null);
                                }
                                if (at < cells.size()) {
                                    cells.set(at, value);
                                } else {
                                    cells.add(value);
                                }
                            }
                            column = at + 1;
                        }
                        default -> { }
                    }
                } else if (in.isEndElement() && in.getLocalName().equals("row")) {
                    if (cells != null && !cells.isEmpty()) {
                        reader.row(row, cells);
                    }
                    cells = null;
                } else if (in.isEndElement() && in.getLocalName().equals("sheetData")) {
                    return;
                }
            }
        }
    }

    private Object cell(Part part) throws SourceException, InterruptedException {
        XMLStreamReader in = part.in;
        String type = in.getAttributeValue(null, "t");
        String style = in.getAttributeValue(null, "s");
        String value = null;
        while (part.next() && !(in.isEndElement() && in.getLocalName().equals("c"))) {
            if (in.isStartElement()) {
                switch (in.getLocalName()) {
                    case "v" -> value = part.text("v", CELL_CHARACTERS);
                    case "is" -> value = part.richText("is", CELL_CHARACTERS);
                    default -> { }
                }
            }
        }
        if (value == null || value.isEmpty()) {
            return null;
        }
        return switch (type == null ? "n" : type) {
            case "s" -> shared(value);
            case "str", "inlineStr" -> emptyIsNone(unescaped(value));
            case "b" -> switch (value.strip()) {
                case "1", "true" -> Boolean.TRUE;
                case "0", "false" -> Boolean.FALSE;
                default -> new Cells.Fault(value, "'" + value + "' is marked as true or false and is neither");
            };
            case "e" -> new Cells.Fault(value, "the formula's result is the error " + value);
            case "d" -> isoDate(value.strip());
            case "n" -> numeric(value.strip(), style);
            default -> throw data("it is damaged: a cell has the unknown type '" + type + "'.", null);
        };
    }

    private Object shared(String value) throws SourceException, InterruptedException {
        if (texts == null) {
            texts = textsPart == null ? List.of() : readTexts();
        }
        int index = number(value.strip(), -1, Integer.MAX_VALUE - 1, "text");
        if (index < 0 || index >= texts.size()) {
            return new Cells.Fault(value, "the cell refers to text " + value + ", which the workbook lacks");
        }
        return emptyIsNone(texts.get(index));
    }

    private static Object emptyIsNone(String text) {
        return text.isEmpty() ? null : text;
    }

    private Object numeric(String text, String style) {
        BigDecimal exact;
        double number;
        try {
            number = Double.parseDouble(text);
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                return new Cells.Fault(text, "'" + text + "' is no number that a cell can hold");
            }
            // A cell holds a binary number, written with up to 17 digits: 19.989999999999998 and 19.99 are two texts of the same one. The shortest
            // is meant.
            exact = WHOLE.matcher(text).matches() ? new BigDecimal(text) : new BigDecimal(Double.toString(number));
        } catch (NumberFormatException e) {
            return new Cells.Fault(text, "'" + text + "' is marked as a number and is none");
        }
        if (style != null && isDate(style) && number >= 0 && number < LAST_DAY) {
            return date(text, number);
        }
        return exact.signum() == 0 ? BigDecimal.ZERO : plain(exact);
    }

    static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    private boolean isDate(String style) {
        try {
            int index = Integer.parseInt(style);
            return index >= 0 && index < dateStyles.size() && dateStyles.get(index);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Days since the epoch and their fraction, to the millisecond as Excel shows it. */
    private Object date(String text, double serial) {
        long day = (long) Math.floor(serial);
        long milliseconds = Math.round((serial - day) * DAY_MILLISECONDS);
        if (milliseconds == DAY_MILLISECONDS) {
            day++;
            milliseconds = 0;
        }
        LocalDate date;
        if (from1904) {
            date = LocalDate.of(1904, 1, 1).plusDays(day);
        } else if (day == 60) {
            return new Cells.Fault(text, "the cell holds 29 February 1900, a day that Excel knows and the calendar does not");
        } else {
            // Day 1 is 1 January 1900. Day 60 never was, so that all later ones are one too high.
            date = LocalDate.of(1899, 12, 31).plusDays(day < 60 ? day : day - 1);
        }
        return LocalDateTime.of(date, LocalTime.ofNanoOfDay(milliseconds * 1_000_000));
    }

    private static Object isoDate(String text) {
        try {
            if (text.indexOf('T') < 0) {
                return text.indexOf(':') < 0 ? LocalDate.parse(text).atStartOfDay() : LocalDate.of(1899, 12, 31).atTime(LocalTime.parse(text));
            }
            return text.endsWith("Z") ? OffsetDateTime.parse(text).toLocalDateTime() : LocalDateTime.parse(text);
        } catch (DateTimeParseException e) {
            return new Cells.Fault(text, "'" + text + "' is marked as a date and is none");
        }
    }

    // ---- the parts around the sheets

    private void readStructure() throws SourceException, InterruptedException {
        if (zip.getEntry("EncryptedPackage") != null) {
            throw data("it is protected by a password; save it without one.", null);
        }
        if (zip.getEntry("mimetype") != null && zip.getEntry("content.xml") != null) {
            throw data("it is an OpenDocument file, which is not read; save it as Excel workbook (.xlsx) or CSV.", null);
        }
        String main = "xl/workbook.xml";
        if (entry("_rels/.rels") != null) {
            for (Relation relation : relations("_rels/.rels", "")) {
                if (relation.type.endsWith("/officeDocument")) {
                    main = relation.target;
                }
            }
        }
        if (main.endsWith(".bin")) {
            throw data("it is a binary Excel workbook (.xlsb), which is not read; save it as Excel workbook (.xlsx) or CSV.", null);
        }
        if (entry(main) == null) {
            throw data(zip.size() == 0 || entry("[Content_Types].xml") == null ? "it is a zip archive without an Excel workbook in it; unpack it "
                    + "first."
                    : "it is a damaged Excel file: the workbook is missing in it.", null);
        }
        int slash = main.lastIndexOf('/') + 1;
        String folder = main.substring(0, slash);
        Map<String, Relation> relations = new HashMap<>();
        String relationsPart = folder + "_rels/" + main.substring(slash) + ".rels";
        if (entry(relationsPart) == null) {
            throw data("it is a damaged Excel file: the list of its parts is missing.", null);
        }
        String styles = null;
        for (Relation relation : relations(relationsPart, folder)) {
            relations.put(relation.id, relation);
            if (relation.type.endsWith("/sharedStrings") && entry(relation.target) != null) {
                textsPart = relation.target;
            } else if (relation.type.endsWith("/styles") && entry(relation.target) != null) {
                styles = relation.target;
            }
        }
        readSheets(main, relations);
        if (styles != null) {
            readStyles(styles);
        }
    }

    private void readSheets(String main, Map<String, Relation> relations) throws SourceException, InterruptedException {
        try (Part part = open(main)) {
            XMLStreamReader in = part.in;
            int number = 0;
            while (part.next()) {
                if (!in.isStartElement()) {
                    continue;
                }
                if (in.getLocalName().equals("workbookPr")) {
                    String value = in.getAttributeValue(null, "date1904");
                    from1904 = "1".equals(value) || "true".equalsIgnoreCase(value);
                } else if (in.getLocalName().equals("sheet")) {
                    number++;
                    String name = in.getAttributeValue(null, "name");
                    String state = in.getAttributeValue(null, "state");
                    String id = null;
                    for (int i = 0; i < in.getAttributeCount(); i++) {
                        String namespace = in.getAttributeNamespace(i);
                        if (in.getAttributeLocalName(i).equals("id") && namespace != null && namespace.endsWith("/relationships")) {
                            id = in.getAttributeValue(i);
                        }
                    }
                    Relation relation = relations.get(id);
                    if (relation == null || entry(relation.target) == null) {
                        throw data("it is a damaged Excel file: the sheet '" + name + "' is named in it and is missing.", null);
                    }
                    if (relation.type.endsWith("/worksheet")) {
                        sheets.add(new Sheet(number, name == null ? "" : name, state == null || state.equals("visible"), relation.target));
                    }
                }
            }
        }
    }

    private void readStyles(String styles) throws SourceException, InterruptedException {
        Map<String, Boolean> formats = new HashMap<>();
        try (Part part = open(styles)) {
            XMLStreamReader in = part.in;
            boolean cellStyles = false;
            while (part.next()) {
                if (in.isStartElement()) {
                    switch (in.getLocalName()) {
                        case "cellXfs" -> cellStyles = true;
                        case "numFmt" -> {
                            String id = in.getAttributeValue(null, "numFmtId");
                            String code = in.getAttributeValue(null, "formatCode");
                            if (id != null && code != null) {
                                formats.put(id, writesDate(code));
                            }
                        }
                        case "xf" -> {
                            if (cellStyles) {
                                String id = in.getAttributeValue(null, "numFmtId");
                                dateStyles.add(formats.containsKey(id) ? formats.get(id) : builtInDate(id));
                            }
                        }
                        default -> { }
                    }
                } else if (in.isEndElement() && in.getLocalName().equals("cellXfs")) {
                    return;
                }
            }
        }
    }

    private static boolean builtInDate(String id) {
        int number;
        try {
            number = id == null ? 0 : Integer.parseInt(id);
        } catch (NumberFormatException e) {
            return false;
        }
        return number >= 14 && number <= 22 || number >= 27 && number <= 36 || number >= 45 && number <= 47 || number >= 50 && number <= 58;
    }

    /** Whether a number format shows a day or a time: letters for one, outside quotes, escapes and brackets, in its first section. */
    static boolean writesDate(String format) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '"') {
                int end = format.indexOf('"', i + 1);
                i = end < 0 ? format.length() : end;
            } else if (c == '\\' || c == '_' || c == '*') {
                i++;
            } else if (c == '[') {
                int end = format.indexOf(']', i + 1);
                String inside = end < 0 ? "" : format.substring(i + 1, end).toLowerCase(Locale.ROOT);
                if (inside.matches("h+|m+|s+")) {
                    return true;
                }
                i = end < 0 ? format.length() : end;
            } else if (c == ';') {
                break;
            } else {
                plain.append(Character.toLowerCase(c));
            }
        }
        String letters = plain.toString().replace("general", "").replace("am/pm", "h").replace("a/p", "h");
        return letters.chars().anyMatch(c -> c == 'y' || c == 'm' || c == 'd' || c == 'h' || c == 's');
    }

    private List<String> readTexts() throws SourceException, InterruptedException {
        List<String> all = new ArrayList<>();
        long characters = 0;
        try (Part part = open(textsPart)) {
            while (part.next()) {
                if (part.in.isStartElement() && part.in.getLocalName().equals("si")) {
                    String text = unescaped(part.richText("si", CELL_CHARACTERS));
                    characters += text.length();
                    all.add(text);
                    if (all.size() > TEXTS || characters > TEXT_CHARACTERS) {
                        throw data("it holds more different texts than a workbook is read with (" + TEXTS + ", or " + TEXT_CHARACTERS
                                + " characters); save the sheet as CSV.", null);
                    }
                }
            }
        }
        return all;
    }

    private static String unescaped(String text) {
        if (!text.contains("_x")) {
            return text;
        }
        Matcher escape = ESCAPE.matcher(text);
        return escape.replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
    }

    private record Relation(String id, String type, String target) {
    }

    private List<Relation> relations(String name, String folder) throws SourceException, InterruptedException {
        List<Relation> relations = new ArrayList<>();
        try (Part part = open(name)) {
            while (part.next()) {
                if (part.in.isStartElement() && part.in.getLocalName().equals("Relationship")) {
                    String id = part.in.getAttributeValue(null, "Id");
                    String type = part.in.getAttributeValue(null, "Type");
                    String target = part.in.getAttributeValue(null, "Target");
                    if (id != null && type != null && target != null && !"External".equals(part.in.getAttributeValue(null, "TargetMode"))) {
                        relations.add(new Relation(id, type, resolved(folder, target)));
                    }
                }
            }
        }
        return relations;
    }

    private static String resolved(String folder, String target) {
        String path = target.startsWith("/") ? target.substring(1) : folder + target;
        List<String> steps = new ArrayList<>();
        for (String step : path.split("/")) {
            if (step.equals("..")) {
                if (!steps.isEmpty()) {
                    steps.removeLast();
                }
            } else if (!step.equals(".") && !step.isEmpty()) {
                steps.add(step);
            }
        }
        return String.join("/", steps);
    }

    private ZipEntry entry(String name) {
        ZipEntry exact = zip.getEntry(name);
        if (exact != null) {
            return exact;
        }
        for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements(); ) {
            ZipEntry entry = entries.nextElement();
            if (entry.getName().replace('\\', '/').equalsIgnoreCase(name)) {
                return entry;
            }
        }
        return null;
    }

    private Part open(String name) throws SourceException {
        ZipEntry entry = entry(name);
        if (entry == null) {
            throw data("it is a damaged Excel file: its part '" + name + "' is missing.", null);
        }
        try {
            return new Part(entry);
        } catch (IOException | XMLStreamException e) {
            throw data("it is a damaged Excel file: its part '" + name + "' cannot be unpacked.", e);
        }
    }

    private static int number(String text, int otherwise, int largest, String what) throws SourceException {
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= largest) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw data("it is damaged: '" + text + "' is no number of a " + what + ".", e);
        }
        throw data("it is damaged: there is no " + what + " " + text + " in a workbook.", null);
    }

    /** The index from 0 of the column in a place such as {@code BC12}. */
    private static int column(String place) throws SourceException {
        int column = 0;
        for (int i = 0; i < place.length() && i < 4; i++) {
            char c = Character.toUpperCase(place.charAt(i));
            if (c < 'A' || c > 'Z') {
                break;
            }
            column = column * 26 + c - 'A' + 1;
        }
        if (column < 1 || column > COLUMNS) {
            throw data("it is damaged: there is no column '" + place + "' in a workbook.", null);
        }
        return column - 1;
    }

    private static SourceException data(String sentence, Throwable cause) {
        return new SourceException(Kind.DATA, sentence, cause);
    }

    /** An XML part, read with limits. */
    private final class Part implements AutoCloseable {
        private final Unpacked stream;
        private final XMLStreamReader in;
        private int depth;
        private int events;

        Part(ZipEntry entry) throws IOException, XMLStreamException {
            stream = new Unpacked(zip.getInputStream(entry), Math.max(1, entry.getCompressedSize()));
            in = xml.createXMLStreamReader(stream);
        }

        boolean next() throws SourceException, InterruptedException {
            if ((++events & 0x3ff) == 0 && Thread.interrupted()) {
                throw new InterruptedException("the reading of a workbook was interrupted");
            }
            try {
                if (!in.hasNext()) {
                    return false;
                }
                int event = in.next();
                if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                    throw data("it holds a document type or entities of its own, which no Excel file has; it is not read.", null);
                }
                depth += event == XMLStreamConstants.START_ELEMENT ? 1 : event == XMLStreamConstants.END_ELEMENT ? -1 : 0;
                if (depth > DEPTH) {
                    throw data("it is nested deeper than any Excel file; it is not read.", null);
                }
                return true;
            } catch (XMLStreamException e) {
                if (stream.bomb) {
                    throw data("it unpacks to more than " + RATIO + " times its size or " + (UNPACKED >> 30)
                            + " GiB, as a zip bomb does; it is not read.", e);
                }
                throw data("it is a damaged Excel file: " + firstLine(e) + ".", e);
            }
        }

        /** The text up to the end of this element. */
        String text(String element, int longest) throws SourceException, InterruptedException {
            StringBuilder text = new StringBuilder();
            while (next() && !(in.isEndElement() && in.getLocalName().equals(element))) {
                append(text, longest);
            }
            return text.toString();
        }

        /** The text of the runs up to the end of this element; how it is pronounced is no part of it. */
        String richText(String element, int longest) throws SourceException, InterruptedException {
            StringBuilder text = new StringBuilder();
            boolean phonetic = false;
            boolean inText = false;
            while (next() && !(in.isEndElement() && in.getLocalName().equals(element))) {
                if (in.isStartElement() || in.isEndElement()) {
                    if (in.getLocalName().equals("rPh")) {
                        phonetic = in.isStartElement();
                    } else if (in.getLocalName().equals("t")) {
                        inText = in.isStartElement();
                    }
                } else if (inText && !phonetic) {
                    append(text, longest);
                }
            }
            return text.toString();
        }

        private void append(StringBuilder text, int longest) throws SourceException {
            if (in.isCharacters()) {
                text.append(in.getTextCharacters(), in.getTextStart(), in.getTextLength());
                if (text.length() > longest) {
                    throw data("a cell holds more than " + longest + " characters, which no Excel file does; it is not read.", null);
                }
            }
        }

        @Override
        public void close() throws SourceException {
            try {
                in.close();
                stream.close();
            } catch (XMLStreamException | IOException e) {
                throw data("it could not be read from the disk (" + e.getMessage() + ").", e);
            }
        }

        private String firstLine(XMLStreamException e) {
            String message = String.valueOf(e.getMessage());
            int line = message.indexOf("Message: ");
            return (line < 0 ? message : message.substring(line + 9)).strip().replaceAll("\\.$", "");
        }
    }

    private static final class Unpacked extends FilterInputStream {
        private final long packed;
        private long count;
        private boolean bomb;

        Unpacked(InputStream in, long packed) {
            super(in);
            this.packed = packed;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = super.read(buffer, offset, length);
            count += Math.max(0, n);
            if (count > UNPACKED || count > HARMLESS && count / packed > RATIO) {
                bomb = true;
                throw new IOException("unpacks to too much");
            }
            return n;
        }
    }
}
