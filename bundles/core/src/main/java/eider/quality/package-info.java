/**
 * What an operator wants rows to be like: one readable line for each rule, in {@code config/dataset~<connection>__<dataset>.cfg} and {@code config/table~<table>.cfg}.
 * Here is the language and nothing else: {@link eider.quality.Rules} reads it, {@link eider.quality.Rule} is one line of it as a value that can say itself again, and says
 * of a row in words how it broke the line. Nothing here knows a database: the store makes SQL of a rule's parts, each quoted, and none of it is ever made of a rule's text.
 *
 * <p>The grammar, for people, is {@code docs/quality.md}.
 */
package eider.quality;
