package eider.identity;

import eider.people.RefusedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a new password must be (NIST SP 800-63B): long enough, and none that is tried first. No rules on kinds of characters, which make passwords
 * worse.
 */
final class PasswordRule {
    private static final Set<String> WELL_KNOWN = wellKnown();

    private PasswordRule() {}

    static String sentence(int least) {
        return "A password has at least " + least + " characters and at most " + Passwords.LONGEST
                + ", is not the user name or the e-mail address, and is none of those that are tried first.";
    }

    static void check(char[] password, int least, String username, String email) throws RefusedException {
        if (!Passwords.possible(password)) {
            throw new RefusedException(sentence(least));
        }
        String text = Normalizer.normalize(new String(password), Normalizer.Form.NFKC);
        int length = text.codePointCount(0, text.length());
        if (length < least || length > Passwords.LONGEST) {
            throw new RefusedException(sentence(least));
        }
        String lower = text.toLowerCase(Locale.ROOT).strip();
        int at = email.indexOf('@');
        if (lower.equals(username.toLowerCase(Locale.ROOT)) || !email.isEmpty() && lower.equals(email.toLowerCase(Locale.ROOT))
                || at > 0 && lower.equals(email.substring(0, at).toLowerCase(Locale.ROOT))) {
            throw new RefusedException("The password is the user name or the e-mail address: choose another.");
        }
        if (WELL_KNOWN.contains(lower) || WELL_KNOWN.contains(core(lower)) || repeats(lower) || counts(lower)) {
            throw new RefusedException("This password is one of those that are tried first: choose another, such as four words that nobody would "
                    + "put together.");
        }
    }

    /** Without what people put before and after a word that is too short or too well known. */
    private static String core(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && !Character.isLetter(text.charAt(from))) {
            from++;
        }
        while (to > from && !Character.isLetter(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /** {@code aaaaaaaaaaaa}, {@code abc123abc123}: something of up to half its length, again and again. */
    private static boolean repeats(String text) {
        for (int unit = 1; unit <= text.length() / 2; unit++) {
            boolean same = true;
            for (int i = unit; i < text.length() && same; i++) {
                same = text.charAt(i) == text.charAt(i - unit);
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

    /** {@code abcdefghijkl}, {@code 210987654321}. */
    private static boolean counts(String text) {
        for (int step : new int[] {1, -1}) {
            boolean same = true;
            for (int i = 1; i < text.length() && same; i++) {
                char before = text.charAt(i - 1);
                char now = text.charAt(i);
                same = now - before == step || before == '9' && now == '0' && step == 1 || before == '0' && now == '9' && step == -1;
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> wellKnown() {
        try (InputStream in = PasswordRule.class.getResourceAsStream("well-known.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new IllegalStateException("the list of well-known passwords is not in the bundle", e);
        }
    }
}
