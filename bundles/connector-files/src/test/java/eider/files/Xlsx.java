package eider.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes workbooks part by part, so that a test can make what no program would. */
final class Xlsx {
    static final String MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private static final String OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private static final String PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships";

    private final Map<String, String> parts = new LinkedHashMap<>();
    private final StringBuilder sheets = new StringBuilder();
    private final StringBuilder relations = new StringBuilder();
    private String properties = "";
    private int count;

    Xlsx() {
        parts.put("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");
        parts.put("_rels/.rels", "<Relationships xmlns=\"" + PACKAGE + "\"><Relationship Id=\"r\" Type=\"" + OFFICE
                + "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    }

    Xlsx from1904() {
        properties = "<workbookPr date1904=\"1\"/>";
        return this;
    }

    /** A sheet; {@code rows} is the inside of {@code sheetData}. */
    Xlsx sheet(String name, String rows) {
        return sheet(name, "visible", rows);
    }

    Xlsx sheet(String name, String state, String rows) {
        count++;
        sheets.append("<sheet name=\"").append(name).append("\" sheetId=\"").append(count).append("\" state=\"").append(state).append("\" r:id=\"s")
                .append(count).append("\"/>");
        relations.append("<Relationship Id=\"s").append(count).append("\" Type=\"").append(OFFICE).append("/worksheet\" Target=\"worksheets/sheet")
                .append(count).append(".xml\"/>");
        parts.put("xl/worksheets/sheet" + count + ".xml", "<worksheet xmlns=\"" + MAIN + "\"><sheetData>" + rows + "</sheetData></worksheet>");
        return this;
    }

    /** Cell styles by number: the built-in format 14 for style 1, these codes from style 2 on. */
    Xlsx formats(String... codes) {
        StringBuilder formats = new StringBuilder();
        StringBuilder styles = new StringBuilder("<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>");
        for (int i = 0; i < codes.length; i++) {
            formats.append("<numFmt numFmtId=\"").append(200 + i).append("\" formatCode=\"").append(codes[i].replace("&", "&amp;").replace("\"",
                    "&quot;")).append("\"/>");
            styles.append("<xf numFmtId=\"").append(200 + i).append("\"/>");
        }
        relations.append("<Relationship Id=\"st\" Type=\"").append(OFFICE).append("/styles\" Target=\"styles.xml\"/>");
        parts.put("xl/styles.xml", "<styleSheet xmlns=\"" + MAIN + "\"><numFmts>" + formats + "</numFmts><cellXfs>" + styles
                + "</cellXfs></styleSheet>");
        return this;
    }

    Xlsx texts(String items) {
        relations.append("<Relationship Id=\"ss\" Type=\"").append(OFFICE).append("/sharedStrings\" Target=\"sharedStrings.xml\"/>");
        parts.put("xl/sharedStrings.xml", items.startsWith("<!DOCTYPE") ? items : "<sst xmlns=\"" + MAIN + "\">" + items + "</sst>");
        return this;
    }

    Xlsx part(String name, String content) {
        parts.put(name, content);
        return this;
    }

    Xlsx without(String name) {
        parts.put(name, null);
        return this;
    }

    Path write(Path file) throws IOException {
        makeUnlessGiven("xl/workbook.xml", "<workbook xmlns=\"" + MAIN + "\" xmlns:r=\"" + OFFICE + "\">" + properties + "<sheets>" + sheets
                + "</sheets></workbook>");
        makeUnlessGiven("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"" + PACKAGE + "\">" + relations + "</Relationships>");
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> part : parts.entrySet()) {
                if (part.getValue() != null) {
                    ZipEntry entry = new ZipEntry(part.getKey());
                    // The same content gives the same bytes, whenever it is written.
                    entry.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
                    zip.putNextEntry(entry);
                    zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
                    zip.closeEntry();
                }
            }
        }
        return file;
    }

    private void makeUnlessGiven(String name, String content) {
        if (!parts.containsKey(name)) {
            parts.put(name, content);
        }
    }

    /** A row of cells: texts as they are, numbers as such, a text {@code =…} as that very XML. */
    static String row(Object... cells) {
        StringBuilder row = new StringBuilder("<row>");
        for (Object cell : cells) {
            if (cell == null) {
                row.append("<c/>");
            } else if (cell instanceof Number number) {
                row.append("<c><v>").append(number).append("</v></c>");
            } else if (cell.toString().startsWith("<")) {
                row.append(cell);
            } else {
                row.append("<c t=\"inlineStr\"><is><t>").append(cell.toString().replace("&", "&amp;").replace("<", "&lt;")).append("</t></is></c>");
            }
        }
        return row.append("</row>").toString();
    }

    /** A number with a style. */
    static String styled(int style, String value) {
        return "<c s=\"" + style + "\"><v>" + value + "</v></c>";
    }
}
