package eider.itest.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import eider.itest.commands.Installation;
import eider.itest.commands.Installation.Server;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The page over one Eider that holds the example sales, and names that hostile shoppers chose. Expected figures come from SQL on the same store
 * at the moment of the test, because some tests load more.
 */
class DashboardTest {
    private static final String IMAGE = "<img src=x onerror=window.hit=1>";
    private static final String SCRIPT = "\"><script>window.hit=1</script>";

    /** Names as the chart shows them: what its labels would understand as style is a space. */
    private static final String BY_REGION =
        "select translate(coalesce(region, 'without a region'), '{|}', '   '), sum(total_amount) from sales group by 1";

    @RegisterExtension
    static final Chromium CHROMIUM = new Chromium();

    @TempDir
    static Path folder;

    private static Installation eider;
    private static Server server;
    private static String session;
    private static int loads;
    private final List<Visit> visits = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        eider = new Installation(folder);
        server = eider.serve();
        session = server.signIn();
        server.ask("sync-sales", "--csv", Installation.example("sales.csv").toString()).done();
        String script = '"' + SCRIPT.replace("\"", "\"\"") + '"';
        load("2026-10-20," + IMAGE + ",1,700.25," + IMAGE, "2026-10-21," + script + ",2,600.50," + script,
            "2026-10-22,{a|b},1,50.00,{a|b} ${7*7}", "2026-10-23,Lamp,-1,-90.00,");
        // the same in the name of a file that cannot be read, and of a jar that is none
        Files.writeString(eider.home().resolve("inbox").resolve(IMAGE + ".csv"), "nothing,of,use\n1,2,3\n");
        assertThat(server.ask("sync", "inbox").exit()).isEqualTo(1);
        Files.writeString(eider.home().resolve("plugins").resolve(IMAGE + ".jar"), "no jar");
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void noVisitDidHarm() {
        for (Visit visit : visits) {
            assertThat(visit.page().evaluate("window.hit")).as("a script of a name ran").isNull();
            visit.assertHarmless();
            visit.close();
        }
    }

    @Test
    void theFiguresAreThoseOfSql() throws Exception {
        Visit visit = visit(new Browser.NewContextOptions().setLocale("en-US"));
        assertThat(visit.cards()).usingElementComparator(Comparator.naturalOrder()).containsExactlyElementsOf(figures());
        JsonNode api = dashboard();
        assertThat(new BigDecimal(api.get("sales").asText())).isEqualByComparingTo(decimal("select sum(total_amount) from sales"));
        assertThat(api.get("transactions").asLong()).isEqualTo(decimal("select count(*) from sales where kind = 'sale'").longValue());
        assertThat(new BigDecimal(api.get("units").asText())).isEqualByComparingTo(decimal("select sum(quantity) from sales"));
    }

    @Test
    void theChartsShowWhatTheApiAndSqlSay() throws Exception {
        Visit visit = visit(new Browser.NewContextOptions());
        Map<String, BigDecimal> days = visit.chart("chart-days");
        // days without sales are drawn as zero
        assertThat(days.values().stream().filter(value -> value.signum() != 0).count()).isLessThan(days.size());
        days.values().removeIf(value -> value.signum() == 0);
        assertSame(days, sums("select date::varchar, sum(total_amount) from sales group by 1 having sum(total_amount) <> 0"));
        assertSame(days, points(dashboard().get("days"), "date"));

        Map<String, BigDecimal> regions = visit.chart("chart-regions");
        assertSame(regions, sums(BY_REGION));
        assertThat(regions.keySet()).contains(IMAGE, SCRIPT);
        assertThat(sorted(regions.values())).usingElementComparator(Comparator.naturalOrder())
            .containsExactlyElementsOf(sorted(points(dashboard().get("regions"), "name").values()));
        assertThat(visit.colours("chart-days")).isGreaterThan(20);
        assertThat(visit.colours("chart-regions")).isGreaterThan(20);
    }

    @Test
    void aCommitChangesThePageWithoutAReload() throws Exception {
        Visit visit = visit(new Browser.NewContextOptions().setLocale("en-US"));
        visit.page().evaluate("window.sinceOpened = true");
        List<BigDecimal> before = visit.cards();
        load("2026-11-01,Kettle,3,33.30,Newly opened");
        visit.await("document.querySelector('.cards dd').textContent.replace(/[^0-9.]/g, '') === '" + total() + "'");
        assertThat(visit.cards()).usingElementComparator(Comparator.naturalOrder()).containsExactlyElementsOf(figures()).isNotEqualTo(before);
        visit.await("echarts.getInstanceByDom(document.getElementById('chart-regions')).getOption().yAxis[0].data.includes('Newly opened')");
        assertSame(visit.chart("chart-regions"), sums(BY_REGION));
        assertThat(visit.page().evaluate("window.sinceOpened")).isEqualTo(true);
    }

    /** The stream is held up until after a commit: what happened before the page was listening must show nevertheless. */
    @Test
    void aCommitBetweenThePageAndItsStreamIsNotMissed() throws Exception {
        Visit visit = new Visit(CHROMIUM.browser(), address(), session, new Browser.NewContextOptions().setLocale("en-US"));
        visits.add(visit);
        AtomicReference<Route> stream = new AtomicReference<>();
        visit.page().route("**/api/v1/events", stream::set);
        visit.page().navigate(address().toString());
        visit.awaitCharts();
        visit.page().waitForCondition(() -> stream.get() != null);
        load("2026-11-02,Kettle,1,12.10,Early");
        stream.get().resume();
        visit.await("document.querySelector('.cards dd').textContent.replace(/[^0-9.]/g, '') === '" + total() + "'");
        visit.await("echarts.getInstanceByDom(document.getElementById('chart-regions')).getOption().yAxis[0].data.includes('Early')");
    }

    /** The browser's clock is turned on by a minute in which the stream, still connected, says nothing, and cannot be opened anew. */
    @Test
    void theDotDoesNotStayGreenWhereNothingIsHeard() {
        Visit visit = new Visit(CHROMIUM.browser(), address(), session);
        visits.add(visit);
        visit.page().clock().install();
        visit.open();
        assertThat(visit.page().locator("#live").textContent()).contains("Live");
        visit.page().route("**/api/v1/events", route -> {});
        visit.page().clock().fastForward(60_000);
        visit.await("document.getElementById('live').dataset.live === 'wait'");
        assertThat(visit.page().locator("#live").textContent()).startsWith("Not live");
        visit.page().unrouteAll();
    }

    @Test
    void hostileNamesAreShownAsTheText() {
        Visit visit = visit(new Browser.NewContextOptions().setViewportSize(1280, 900));
        Page page = visit.page();
        page.locator("details[data-keep=regions] summary").click();
        List<String> named = page.locator("details[data-keep=regions] tbody th").allTextContents();
        assertThat(named).contains(IMAGE, SCRIPT, "{a|b} ${7*7}");
        assertThat(page.locator("#sources").textContent()).contains(IMAGE + ".csv");
        plugin(visit, IMAGE + ".jar").waitFor();
        assertThat(page.locator("img[src=x], main script").count()).isZero();
        for (String name : List.of(IMAGE, SCRIPT, "without a region")) {
            hover(visit, name);
            assertThat(visit.drawnTexts("chart-regions")).as("the tooltip of " + name).contains(name)
                .anyMatch(text -> text.contains(" transactions, "));
        }
        // not even for a moment as markup: a tooltip of HTML would be an element over the canvas
        assertThat(page.locator("#chart-regions :is(img, script)").count()).isZero();
        assertThat(page.locator("#chart-regions").textContent()).isBlank();
    }

    @Test
    void aRefusedPluginIsNamedWithItsReason() {
        Visit visit = visit(new Browser.NewContextOptions());
        Locator row = plugin(visit, IMAGE + ".jar");
        row.waitFor();
        assertThat(row.textContent()).contains("refused");
        assertThat(row.locator(".why").textContent()).containsIgnoringCase("jar");
        assertThat(plugin(visit, "connector-files").textContent()).contains("serving");
    }

    @Test
    void aNarrowScreenNeedsNoSidewaysScroll() {
        Visit visit = visit(new Browser.NewContextOptions().setViewportSize(375, 800));
        visit.page().locator("details summary").all().forEach(Locator::click);
        assertThat((Integer) visit.page().evaluate("document.documentElement.scrollWidth")).isLessThanOrEqualTo(375);
        assertThat(visit.page().locator(".cards .card").all()).allSatisfy(card -> {
            BoundingBox box = card.boundingBox();
            assertThat(box.x).isNotNegative();
            assertThat(box.x + box.width).isLessThanOrEqualTo(375);
        });
    }

    @Test
    void theKeyboardReachesEverything() {
        Page page = visit(new Browser.NewContextOptions()).page();
        page.keyboard().press("Tab");
        assertThat(page.evaluate("document.activeElement.className")).isEqualTo("skip");
        assertThat(page.locator(".skip").boundingBox().y).isNotNegative();
        page.keyboard().press("Enter");
        page.waitForFunction("() => document.activeElement.id === 'content'");
        for (String table : List.of("days", "regions")) {
            String focused = "document.activeElement.matches('details[data-keep=" + table + "] summary')";
            for (int i = 0; i < 20 && !(Boolean) page.evaluate(focused); i++) {
                page.keyboard().press("Tab");
            }
            page.keyboard().press("Enter");
            assertThat(page.locator("details[data-keep=" + table + "] tbody tr").first().isVisible()).as("table of " + table).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = ColorScheme.class, names = {"LIGHT", "DARK"})
    void axeFindsNothingSerious(ColorScheme scheme) {
        Visit visit = visit(new Browser.NewContextOptions().setColorScheme(scheme));
        visit.page().locator("details summary").all().forEach(Locator::click);
        assertThat(new AxeBuilder(visit.page()).analyze().getViolations())
            .filteredOn(rule -> List.of("serious", "critical").contains(rule.getImpact())).extracting(DashboardTest::told).isEmpty();
    }

    private static Locator plugin(Visit visit, String file) {
        return visit.page().locator("#plugins tbody tr").filter(new Locator.FilterOptions().setHasText(file));
    }

    private static String told(Rule rule) {
        return rule.getId() + ": " + rule.getHelp() + " at "
            + rule.getNodes().stream().map(node -> node.getHtml() + " " + node.getFailureSummary()).toList();
    }

    private static void hover(Visit visit, String name) {
        List<?> point = (List<?>) visit.page().evaluate("""
            name => {
              const place = document.getElementById('chart-regions');
              place.scrollIntoView({ block: 'center' });
              const chart = echarts.getInstanceByDom(place);
              const at = chart.getOption().yAxis[0].data.indexOf(name);
              const [zero, y] = chart.convertToPixel({ seriesIndex: 0 }, [0, at]);
              const [end] = chart.convertToPixel({ seriesIndex: 0 }, [chart.getOption().series[0].data[at], at]);
              const box = place.getBoundingClientRect();
              return [String(box.x + (zero + end) / 2), String(box.y + y)];
            }""", name);
        visit.page().mouse().move(Double.parseDouble((String) point.get(0)), Double.parseDouble((String) point.get(1)));
        visit.await("echarts.getInstanceByDom(document.getElementById('chart-regions')).getZr().storage.getDisplayList(true)"
            + ".some(element => element.style && element.style.text === " + new ObjectMapper().valueToTree(name) + ")");
    }

    private Visit visit(Browser.NewContextOptions options) {
        Visit visit = new Visit(CHROMIUM.browser(), address(), session, options);
        visits.add(visit);
        return visit.open();
    }

    private static URI address() {
        return URI.create(server.address() + "/");
    }

    private static void load(String... rows) throws Exception {
        Path file = Files.writeString(folder.resolve("more" + loads++ + ".csv"),
            "date,product_name,quantity,total_amount,region\n" + String.join("\n", rows) + "\n");
        assertThat(server.ask("sync-sales", "--csv", file.toString()).done())
            .startsWith("sales: " + rows.length + " row").doesNotContain("quarantine");
    }

    private static JsonNode dashboard() throws Exception {
        URLConnection connection = address().resolve("/api/v1/dashboard").toURL().openConnection();
        connection.setRequestProperty("Cookie", "eider_session=" + session);
        try (InputStream answer = connection.getInputStream()) {
            return new ObjectMapper().readTree(answer);
        }
    }

    /** As the cards show them. */
    private static List<BigDecimal> figures() throws Exception {
        BigDecimal sales = decimal("select sum(total_amount) from sales");
        BigDecimal transactions = decimal("select count(*) from sales where kind = 'sale'");
        return List.of(sales.setScale(2, RoundingMode.HALF_UP), transactions, sales.divide(transactions, 2, RoundingMode.HALF_UP),
            decimal("select sum(quantity) from sales"));
    }

    private static String total() throws Exception {
        return decimal("select sum(total_amount) from sales").setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

    private static BigDecimal decimal(String sql) throws Exception {
        return new BigDecimal(server.query(sql).get(0).iterator().next().asText());
    }

    /** The sums of a statement that answers a name and a sum in each row. */
    private static Map<String, BigDecimal> sums(String sql) throws Exception {
        Map<String, BigDecimal> sums = new LinkedHashMap<>();
        for (JsonNode row : server.query(sql)) {
            Iterator<JsonNode> cells = row.iterator();
            sums.put(cells.next().asText(), new BigDecimal(cells.next().asText()));
        }
        return sums;
    }

    private static Map<String, BigDecimal> points(JsonNode list, String name) {
        Map<String, BigDecimal> points = new LinkedHashMap<>();
        list.forEach(entry -> points.put(entry.get(name).isNull() ? "without a region" : entry.get(name).asText(),
            new BigDecimal(entry.get("sales").asText())));
        return points;
    }

    private static void assertSame(Map<String, BigDecimal> drawn, Map<String, BigDecimal> expected) {
        assertThat(drawn.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        assertThat(drawn).allSatisfy((name, value) -> assertThat(value).as(name).isEqualByComparingTo(expected.get(name)));
    }

    private static List<BigDecimal> sorted(Iterable<BigDecimal> values) {
        List<BigDecimal> sorted = new ArrayList<>();
        values.forEach(sorted::add);
        sorted.sort(Comparator.naturalOrder());
        return sorted;
    }
}
