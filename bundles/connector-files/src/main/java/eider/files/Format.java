package eider.files;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What kind of file it is: by its first bytes where they say so, else by its name. */
enum Format {
    TEXT, JSON, PARQUET, EXCEL;

    private static final byte[] OLE2 = {(byte) 0xd0, (byte) 0xcf, 0x11, (byte) 0xe0, (byte) 0xa1, (byte) 0xb1, 0x1a, (byte) 0xe1};
    private static final byte[] ENCRYPTED = "EncryptedPackage".getBytes(StandardCharsets.UTF_16LE);

    static Format of(Path file) throws SourceException, InterruptedException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(512);
            if (head.length == 0) {
                throw new SourceException(Kind.DATA, "it is empty (0 bytes).");
            }
            if (startsWith(head, 'P', 'K', 3, 4) || startsWith(head, 'P', 'K', 5, 6)) {
                return EXCEL;
            }
            if (java.util.Arrays.equals(head, 0, Math.min(8, head.length), OLE2, 0, 8)) {
                throw new SourceException(Kind.DATA, encrypted(file)
                        ? "it is protected by a password; save it without one (in Excel: File, Info, Protect Workbook, Encrypt with Password, and "
                        + "empty the field)."
                        : "it is an old Excel file (.xls), which is not read; save it as Excel workbook (.xlsx) or CSV.");
            }
            if (startsWith(head, 'P', 'A', 'R', '1') || startsWith(head, 'P', 'A', 'R', 'E')) {
                return PARQUET;
            }
            return byName(file.getFileName().toString().toLowerCase(Locale.ROOT), head);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new SourceException(Kind.DATA, "it vanished before it could be read.", e);
        } catch (java.nio.file.AccessDeniedException e) {
            throw new SourceException(Kind.DATA, "Eider may not read it; give its user the right to.", e);
        } catch (IOException e) {
            throw new SourceException(Kind.DATA, "it could not be read from the disk (" + e.getMessage() + ").", e);
        }
    }

    private static Format byName(String name, byte[] head) throws SourceException {
        String plain = name.replaceAll("\\.(gz|gzip|zst|zstd)$", "");
        if (plain.endsWith(".json") || plain.endsWith(".ndjson") || plain.endsWith(".jsonl")) {
            return JSON;
        }
        if (plain.endsWith(".parquet")) {
            return PARQUET;
        }
        if (plain.endsWith(".xlsx") || plain.endsWith(".xlsm")) {
            throw new SourceException(Kind.DATA, "it is called an Excel workbook but is none (a workbook is a zip archive); save it again, or "
                    + "give it the ending of what it is.");
        }
        if (plain.endsWith(".xls")) {
            throw new SourceException(Kind.DATA, "it is called an old Excel file (.xls) but is none; give it the ending of what it is, such as "
                    + ".csv.");
        }
        boolean known = plain.endsWith(".csv") || plain.endsWith(".tsv") || plain.endsWith(".tab") || plain.endsWith(".txt");
        String start = new String(head, StandardCharsets.UTF_8).strip();
        if (start.startsWith("<?xml") || start.startsWith("<!DOCTYPE") || start.startsWith("<html") || !known && start.startsWith("<")) {
            throw new SourceException(Kind.DATA, "it is XML or HTML, which is not read; save it as CSV, JSON, Parquet or Excel workbook (.xlsx).");
        }
        if (!known && (startsWith(head, '%', 'P', 'D', 'F') || startsWith(head, 0x89, 'P', 'N', 'G') || startsWith(head, 0xff, 0xd8, 0xff))) {
            throw new SourceException(Kind.DATA, "it is a document or picture and holds no table.");
        }
        return !known && start.matches("(?s)(\\{\\s*[\"}].*|\\[\\s*\\{.*)") ? JSON : TEXT;
    }

    private static boolean startsWith(byte[] head, int... signature) {
        if (head.length < signature.length) {
            return false;
        }
        for (int i = 0; i < signature.length; i++) {
            if ((head[i] & 0xff) != signature[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether an OLE 2 container holds an encrypted workbook: the name of that stream stands in its directory, wherever that lies. */
    private static boolean encrypted(Path file) throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] window = new byte[1 << 16];
            int kept = 0;
            for (int n; (n = in.read(window, kept, window.length - kept)) > 0; ) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the look at a file was interrupted");
                }
                int filled = kept + n;
                for (int i = 0; i + ENCRYPTED.length <= filled; i++) {
                    if (window[i] == 'E' && java.util.Arrays.equals(window, i, i + ENCRYPTED.length, ENCRYPTED, 0, ENCRYPTED.length)) {
                        return true;
                    }
                }
                kept = Math.min(ENCRYPTED.length - 1, filled);
                System.arraycopy(window, filled - kept, window, 0, kept);
            }
            return false;
        }
    }
}
