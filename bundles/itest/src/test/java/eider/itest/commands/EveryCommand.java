package eider.itest.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import eider.itest.commands.Installation.Answer;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What each command must do whether a server runs or not. */
final class EveryCommand {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EveryCommand() {}

    /**
     * Runs each command that has a JSON form, after the example sales were loaded.
     *
     * @return what they answered, by their first word
     */
    static Map<String, JsonNode> answersInJson(Installation eider) throws Exception {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        for (List<String> words : List.of(
                List.of("sync-sales", "--csv", Installation.example("sales.csv").toString()),
                List.of("plugins"), List.of("sources"), List.of("sync", "inbox"), List.of("loads"), List.of("quarantine"), List.of("status"),
                List.of("config", "check"), List.of("people"), List.of("audit"), List.of("query", "select count(*) as n, sum(total_amount) as total, null as nothing from sales"))) {
            Answer answer = eider.run(Stream.concat(words.stream(), Stream.of("--format", "json")).toArray(String[]::new));
            assertThat(answer.exit()).as("%s: %s", words, answer).isZero();
            assertThat(answer.err()).as("%s on the error stream", words).isEmpty();
            answers.put(words.getFirst(), JSON.readTree(answer.out()));
        }
        assertThat(answers.get("status").getNodeType()).isEqualTo(JsonNodeType.OBJECT);
        assertThat(answers.get("status").get("home").asText()).isEqualTo(eider.home().toRealPath().toString());
        assertThat(answers.get("sync-sales").get(0).get("state").asText()).isIn("committed", "unchanged");
        assertThat(answers.get("plugins").get(0).get("state").asText()).isEqualTo("serving");
        assertThat(answers.get("plugins").get(0).get("sha256").asText()).matches("[0-9a-f]{64}");
        assertThat(answers.get("sources").findValuesAsText("name")).contains("inbox");
        assertThat(answers.get("loads").findValuesAsText("dataset")).contains("sales");
        assertThat(answers.get("config").isArray()).isTrue();
        assertThat(answers.get("config")).isEmpty();
        assertThat(answers.get("people").isArray()).isTrue();
        assertThat(answers.get("audit").findValuesAsText("action")).contains("sync");
        assertThat(answers.get("query").get(0).get("total").isNumber()).isTrue();
        assertThat(answers.get("query").get(0).get("nothing").isNull()).isTrue();
        return answers;
    }

    /** From a figure of the example sales back to the line of their file. */
    static void followsARowToItsLine(Installation eider) throws Exception {
        eider.run("sync-sales", "--csv", Installation.example("sales.csv").toString()).done();
        List<String> lines = Files.readAllLines(Installation.example("sales.csv"));
        String row = eider.value("select _row from sales where source = 'by_hand' and product_name = 'USB-C hub' order by _row limit 1");
        String story = eider.run("loads", "--row", row, "--line").done();
        assertThat(story).startsWith("Row " + row + " of sales\n").contains("from " + Installation.example("sales.csv").toRealPath() + ", handed over", "brought in");
        String line = story.strip().replaceAll("(?s).*, line (\\d+)\\.$", "$1");
        assertThat(lines.get(Integer.parseInt(line) - 1)).contains("USB-C hub");
        JsonNode found = JSON.readTree(eider.run("loads", "--row", row, "--line", "--format", "json").done());
        assertThat(found.get("found").get(0).get("places").get(0).asText()).isEqualTo("line " + line);
        assertThat(found.get("versions").get(0).get("load").isNumber()).isTrue();
    }

    /** Wrong usage is 2, a command that could not be done is 1; either says one or two lines on the error stream, and no stack trace. */
    static void tellsWhatWasWrong(Installation eider) throws Exception {
        fails(eider, 2, "There is no command 'querry'. Did you mean 'query'?", "querry", "select 1");
        fails(eider, 2, "no option '--fromat'", "query", "select 1", "--fromat", "json");
        fails(eider, 1, "syntax error", "query", "selec 1");
        fails(eider, 1, "There is no source 'inbux'. Did you mean 'inbox'?", "sync", "inbux");
        fails(eider, 2, "'abc' names no row", "loads", "--row", "abc");
        fails(eider, 1, "no load brought a row 999999999", "loads", "--row", "999999999");
        fails(eider, 1, "There is no file", "sync-sales", "--csv", "nowhere.csv");
    }

    static void fails(Installation eider, int exit, String sentence, String... words) throws Exception {
        Answer answer = eider.run(words);
        assertThat(answer.exit()).as("%s: %s", List.of(words), answer).isEqualTo(exit);
        assertThat(answer.err()).contains(sentence).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(answer.err().lines().count()).as(answer.err()).isBetween(1L, 2L);
        if (!words[0].equals("start")) {
            assertThat(answer.out()).isEmpty();
        }
    }
}
