package eider.sync.tape;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private static final String SECRET = "gehéim/\"+&42=x";
    private final Redaction redaction = new Redaction();

    private String plain(String text) {
        return Redaction.MARK.matcher(redaction.without(text)).replaceAll("•");
    }

    @Test
    void everyUsualFormOfASecretIsTakenOut() {
        redaction.hide("Bearer " + SECRET);
        String base64 = Base64.getEncoder().encodeToString(SECRET.getBytes(StandardCharsets.UTF_8));
        assertThat(plain("a " + SECRET + " b")).isEqualTo("a • b");
        assertThat(plain("?q=geh%C3%A9im%2F%22%2B%2642%3Dx&x=1")).isEqualTo("?q=•&x=1");
        assertThat(plain("?q=geh%c3%a9im%2f%22%2b%2642%3dx&x=1")).isEqualTo("?q=•&x=1");
        assertThat(plain("{\"a\":\"geh\u00e9im/\\\"+&42=x\"}")).isEqualTo("{\"a\":\"•\"}");
        assertThat(plain("{\"a\":\"geh\u00e9im\\/\\\"+&42=x\"}")).isEqualTo("{\"a\":\"•\"}");
        assertThat(plain("{\"a\":\"geh\\u00e9im/\\\"\\u002b\\u002642\\u003dx\"}")).isEqualTo("{\"a\":\"•\"}");
        assertThat(plain("<p>geh\u00e9im/&quot;+&amp;42=x</p>")).isEqualTo("<p>•</p>");
        assertThat(plain("is " + base64 + " and " + base64.replace("=", ""))).isEqualTo("is • and •");
    }

    @Test
    void whatIsWithinBasicIsTakenOut() {
        redaction.hide("Basic " + Base64.getEncoder().encodeToString("ada:open sesame".getBytes(StandardCharsets.UTF_8)));
        assertThat(plain("open sesame, open+sesame, open%20sesame, ada:open sesame")).isEqualTo("•, •, •, •");
    }

    /** Wherever the pieces end in which it is written. */
    @Test
    void aSecretIsFoundAcrossEveryBorder() throws IOException {
        redaction.hide("0123456789abcdefghij");
        byte[] text = ("x".repeat(32_760) + "0123456789abcdefghij{\"api_key\":\"qwertz\"}" + "y".repeat(50) + "0123456789abcdefghij").getBytes(StandardCharsets.UTF_8);
        String expected = "x".repeat(32_760) + "•{\"api_key\":\"•\"}" + "y".repeat(50) + "•";
        for (int piece : new int[] {1, 2, 3, 7, 1000, 32_767, 32_768, 32_769, 100_000}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (OutputStream stream = redaction.stream(out, false)) {
                for (int from = 0; from < text.length; from += piece) {
                    stream.write(text, from, Math.min(piece, text.length - from));
                }
            }
            assertThat(Redaction.MARK.matcher(out.toString(StandardCharsets.UTF_8)).replaceAll("•")).as("in pieces of %s", piece).isEqualTo(expected);
        }
    }

    @Test
    void valuesWithSecretNamesAreTakenOutAndTheJsonStaysJson() {
        assertThat(plain("{\"access_token\":\"abc\", \"expires_in\": 3600}")).isEqualTo("{\"access_token\":\"•\", \"expires_in\": 3600}");
        assertThat(plain("{ \"clientSecret\" :\n \"a\\\"b\\\\\" , \"x\": 1}")).isEqualTo("{ \"clientSecret\" :\n \"•\" , \"x\": 1}");
        assertThat(plain("{\"password\":null,\"secret\":true}")).isEqualTo("{\"password\":null,\"secret\":true}");
        assertThat(plain("{\"otp\":123456,\"a\":1}")).matches("\\{\"otp\":1\\d{8},\"a\":1}").doesNotContain("123456,");
        assertThat(plain("{\"credentials\":{\"user\":\"ada\",\"list\":[\"x\"]},\"y\":\"z\"}")).isEqualTo("{\"credentials\":{\"•\":\"•\",\"•\":[\"•\"]},\"y\":\"z\"}");
        assertThat(plain("{\"log\":\"{\\\"token\\\":\\\"abc\\\",\\\"b\\\":1}\"}")).isEqualTo("{\"log\":\"{\\\"token\\\":\\\"•\\\",\\\"b\\\":1}\"}");
        assertThat(plain("{\"next\":\"https://x/y?access_token=abc&after=2\"}")).isEqualTo("{\"next\":\"https://x/y?access_token=•&after=2\"}");
        assertThat(plain("{\"next\":\"https:\\/\\/x\\/y?a=1\\u0026api_key=abc\\u0026after=2\"}")).isEqualTo("{\"next\":\"https:\\/\\/x\\/y?a=1\\u0026api_key=•\\u0026after=2\"}");
        assertThat(plain("grant_type=password&password=a%20b&x=1")).isEqualTo("grant_type=password&password=•&x=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"code\":\"SUMMER\",\"key\":\"A-1\"}", "{\"next_page_token\":\"abc\"}", "?page_token=abc", "{\"token_type\":\"bearer\"}",
        "{\"note\":\"the password: see the manual\"}", "{\"author\":\"Ada\",\"monkey\":\"x\",\"country_code\":\"DE\",\"discount_code\":\"X\"}", "{\"kind\":\"token\",\"id\":5}"})
    void whatIsNoSecretStays(String text) {
        assertThat(redaction.without(text)).isEqualTo(text);
    }

    @Test
    void inAQuestionShorterNamesAreSecretToo() {
        assertThat(redaction.without("GET https://x/?key=AIzaSy&code=4/abc&page=2", true)).matches("GET https://x/\\?key=redacted-[0-9a-f]{12}&code=redacted-[0-9a-f]{12}&page=2");
    }

    @Test
    void theSameSecretHasTheSameMarkInOneRecordingAndAnotherOneInTheNext() {
        String one = redaction.without("token=abcdef");
        assertThat(redaction.without("x&token=abcdef")).endsWith(one);
        assertThat(redaction.without("token=abcdeg")).isNotEqualTo(one);
        assertThat(redaction.without(one)).as("a mark stays").isEqualTo(one);
        assertThat(redaction.without("{\"token\": \"" + one.substring(6) + "\"}")).isEqualTo("{\"token\": \"" + one.substring(6) + "\"}");
        assertThat(new Redaction().without("token=abcdef")).isNotEqualTo(one);
    }

    @Test
    void whatWasAskedWithUnderASecretNameIsHiddenEverywhere() {
        redaction.hideNamed("POST https://x/login?api_key=k%2Fabcdefgh\n\nuser=ada&password=sesame+open&pin=1");
        assertThat(plain("k/abcdefgh and sesame open of ada")).isEqualTo("• and • of ada");
        redaction.hideNamed("POST https://x/login\n\n{\"client_secret\": \"very\\/secret\"}");
        assertThat(plain("very/secret")).isEqualTo("•");
    }
}
