package eider.sync.tape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** Which names of parameters, members and fields tell that their value is a secret. */
final class SecretNames {
    private static final int REMEMBERED = 10_000;
    private static final int LONGEST = 80;
    private static final Pattern BORDERS = Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

    private static final Set<String> SECRET = Set.of("token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "pwd", "passphrase", "passcode", "signature",
            "signatures", "sig", "hmac", "apikey", "apikeys", "authorization", "auth", "credential", "credentials", "jwt", "cookie", "cookies", "sid", "otp", "csrf", "xsrf",
            "assertion", "bearer");
    private static final List<String> COMPOUND = List.of("apikey", "apisecret", "accesskey", "privatekey", "secretkey", "clientsecret", "accesstoken", "refreshtoken",
            "idtoken", "authtoken", "sharedkey", "sessionid", "sessiontoken", "sessionkey", "password", "passwd");
    /** A page's token leads to the next page and opens nothing; without it a recording could not be replayed. */
    private static final Set<String> PAGING = Set.of("page", "paging", "pagination", "next", "previous", "prev", "continuation", "sync", "cursor", "delta", "scroll", "skip",
            "after", "before", "start");
    /** What is said of a secret is none. */
    private static final Set<String> ABOUT = Set.of("type", "expires", "expiry", "count", "limit", "at", "in", "length", "name", "hint", "uri", "url", "endpoint", "method",
            "status", "required", "enabled", "version", "on", "until", "scope");
    private static final Set<String> KEYS_OF = Set.of("api", "access", "private", "secret", "auth", "signing", "client", "webhook", "encryption", "shared", "account", "license",
            "master", "subscription", "app", "consumer", "storage", "session");
    private static final Set<String> CODES_OF = Set.of("device", "auth", "authorization", "verification", "otp", "mfa", "security", "access", "recovery", "backup");

    /** What of a question is a secret by such a name is mostly data in an answer: the key of a record, the code of a discount. */
    private static final Set<String> IN_QUESTIONS = Set.of("key", "code");

    private final Map<String, Boolean> known = new ConcurrentHashMap<>();

    /** @param question whether the name stands in something that was asked, rather than in what was answered */
    boolean secret(String name, boolean question) {
        if (name.length() < 3 || name.length() > LONGEST) {
            return false;
        }
        if (question && IN_QUESTIONS.contains(name.toLowerCase(Locale.ROOT))) {
            return true;
        }
        Boolean before = known.get(name);
        if (before != null) {
            return before;
        }
        boolean secret = judge(name);
        if (known.size() < REMEMBERED) {
            known.put(name, secret);
        }
        return secret;
    }

    private static boolean judge(String name) {
        List<String> words = new ArrayList<>();
        for (String word : BORDERS.split(name)) {
            if (!word.isEmpty()) {
                words.add(word.toLowerCase(Locale.ROOT));
            }
        }
        if (words.isEmpty() || ABOUT.contains(words.getLast())) {
            return false;
        }
        if (words.stream().anyMatch(PAGING::contains) && words.stream().noneMatch(word -> word.contains("secret") || word.contains("password"))) {
            return false;
        }
        String whole = String.join("", words);
        if (words.stream().anyMatch(SECRET::contains) || COMPOUND.stream().anyMatch(whole::contains)) {
            return true;
        }
        String last = words.getLast();
        String before = words.size() < 2 ? "" : words.get(words.size() - 2);
        return (last.equals("key") || last.equals("keys")) && KEYS_OF.contains(before) || (last.equals("code") || last.equals("codes")) && CODES_OF.contains(before);
    }
}
