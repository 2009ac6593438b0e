package eider.itest.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.ReducedMotion;
import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One person looking at the page, in a browser profile of their own. */
final class Visit implements AutoCloseable {
    private static final String NOTE_VIOLATIONS = "addEventListener('securitypolicyviolation',"
        + " e => console.error('policy violated: ' + e.violatedDirective + ' ' + e.blockedURI))";

    private final URI address;
    private final BrowserContext context;
    private final Page page;
    private final List<String> elsewhere = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    Visit(Browser browser, URI address, String session) {
        this(browser, address, session, new Browser.NewContextOptions());
    }

    /**
     * Opens nothing yet: {@link #open} does.
     *
     * @param session of the person, who has signed in already; null for nobody
     */
    Visit(Browser browser, URI address, String session, Browser.NewContextOptions options) {
        this.address = address;
        this.context = browser.newContext(options.setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(60_000);
        if (session != null) {
            context.addCookies(List.of(new Cookie("eider_session", session).setDomain(address.getHost()).setPath("/").setHttpOnly(true)));
        }
        context.addInitScript(NOTE_VIOLATIONS);
        context.onRequest(request -> {
            URI asked = URI.create(request.url().replaceAll("[^\\x21-\\x7e]|[<>\"{}|^`\\\\]", "_"));
            if (!"data".equals(asked.getScheme()) && !(address.getHost().equals(asked.getHost()) && address.getPort() == asked.getPort())) {
                elsewhere.add(request.url());
            }
        });
        this.page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.text().contains("violat")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onDialog(dialog -> {
            complaints.add("a dialog opened: " + dialog.message());
            dialog.dismiss();
        });
    }

    Page page() {
        return page;
    }

    /** Opens the page, and returns when its charts are drawn, if it has any, and it is live: it renews itself once when its stream is open. */
    Visit open() {
        page.waitForResponse(response -> response.url().equals(address.toString()) && response.request().resourceType().equals("fetch"),
            () -> page.navigate(address.toString()));
        await("document.getElementById('live').dataset.live === 'on'");
        if (page.locator("#chart-days").count() > 0) {
            awaitCharts();
        }
        return this;
    }

    void awaitCharts() {
        await("['chart-days', 'chart-regions'].every(id => document.querySelector('#' + id + ' canvas'))");
    }

    void await(String condition) {
        page.waitForFunction("() => " + condition);
    }

    /** Total sales, transactions, average and units as the cards show them, in the digits of English. */
    List<BigDecimal> cards() {
        return page.locator(".cards dd").allTextContents().stream().map(text -> new BigDecimal(text.replaceAll("[^0-9.-]", ""))).toList();
    }

    /** What a chart was given to draw: the label of each point and its value. */
    Map<String, BigDecimal> chart(String id) {
        Map<String, BigDecimal> points = new LinkedHashMap<>();
        Object found = page.evaluate("""
            id => {
              const option = echarts.getInstanceByDom(document.getElementById(id)).getOption();
              const names = [option.xAxis[0], option.yAxis[0]].find(axis => axis.type === 'category').data;
              return names.map((name, i) => [name, String(option.series[0].data[i])]);
            }""", id);
        for (Object point : (List<?>) found) {
            points.put((String) ((List<?>) point).get(0), new BigDecimal((String) ((List<?>) point).get(1)));
        }
        return points;
    }

    /** How many different colours a chart's canvas shows: one where nothing was drawn. */
    int colours(String id) {
        return (Integer) page.evaluate("""
            id => {
              const canvas = document.querySelector('#' + id + ' canvas');
              const data = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
              return new Set(data).size;
            }""", id);
    }

    /** Every piece of text that a chart draws at this moment, its tooltip included. */
    List<String> drawnTexts(String id) {
        return ((List<?>) page.evaluate("""
            id => echarts.getInstanceByDom(document.getElementById(id)).getZr().storage.getDisplayList(true)
              .map(element => element.style && element.style.text).filter(text => text).map(String)""", id)).stream()
                .map(String.class::cast).toList();
    }

    /** Nothing was asked of another host, no script failed or was blocked, no dialog opened. */
    void assertHarmless() {
        assertThat(elsewhere).as("requests to other hosts").isEmpty();
        assertThat(complaints).as("errors in the browser's console").isEmpty();
    }

    /** For tests in which the server goes away: what the browser says about that is no fault of the page. */
    void forgetLostConnections() {
        complaints.removeIf(complaint -> complaint.contains("net::ERR_"));
    }

    @Override
    public void close() {
        context.close();
    }
}
