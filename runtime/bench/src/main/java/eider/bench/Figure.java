package eider.bench;

import java.util.Locale;

/**
 * One measured number.
 *
 * @param key its name for scripts, stable
 * @param title what a person reads
 * @param value in {@code unit}
 * @param aim the most that it should be; {@code NaN} where it only explains another
 */
record Figure(String key, String title, double value, String unit, double aim) {

    /** How the value stands to its aim. */
    enum Verdict {
        MET("met"),
        NEAR("missed"),
        /** Twice the aim or more. */
        FAR("MISSED BY 2 x OR MORE"),
        NO_AIM("");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** A number that explains another. */
    static Figure beside(String key, String title, double value, String unit) {
        return new Figure(key, title, value, unit, Double.NaN);
    }

    Verdict verdict() {
        if (Double.isNaN(aim)) {
            return Verdict.NO_AIM;
        }
        if (value <= aim) {
            return Verdict.MET;
        }
        // what could not be measured is NaN, and that is no figure that may pass
        return value < 2 * aim ? Verdict.NEAR : Verdict.FAR;
    }

    /** The value with three digits that matter. */
    static String shown(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }
}
