/**
 * Files as a source: CSV, TSV, JSON, NDJSON, Parquet and Excel workbooks in a folder. Read {@link eider.files.FilesSource} first: which files there
 * are ({@code Finder}), which of them are new ({@code Seen}), which column is which field ({@code Mapping}), and then either a scan that the store
 * does itself or, for workbooks, rows.
 *
 * <p>Workbooks are read with the JDK's own zip and XML readers ({@code Workbook}) and not with a library. The source of fastexcel-reader 0.20.2 shows why: a
 * string index beyond the table makes it append empty strings until memory ends ({@code SST.readUpTo}), one cell reference such as {@code ZZZZZZ1}
 * allocates a row of that width, a formula whose result is an error cannot be told from the text of it, a cell of type {@code d} throws {@code
 * IllegalStateException}, a workbook without styles is refused. What is needed here, values without formulas, is less than what would have to be
 * built around it.
 */
package eider.files;
