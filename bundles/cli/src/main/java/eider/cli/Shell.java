package eider.cli;

/** Words for a command line that a person may copy. */
final class Shell {
    private Shell() {}

    /** The word, quoted where a shell would take it apart. */
    static String word(String word) {
        return word.matches("[\\p{L}\\p{N}_./:~@%+=,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
