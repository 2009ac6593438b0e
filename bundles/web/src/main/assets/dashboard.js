// Draws the charts and keeps the page up to date. Without it the page still shows every figure, in tables.
"use strict";
(() => {
  const root = document.documentElement;
  const locale = root.dataset.locale || undefined;
  const query = location.search;
  const narrow = matchMedia("(max-width: 48rem)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let charts = [];
  let figures = null;

  const colour = name => getComputedStyle(root).getPropertyValue(name).trim();

  // Amounts come as decimal strings. Labels are made from the string, so they are exact; only the place of a point on the canvas is a double.
  const money = (currency, short) => {
    const options = currency ? { style: "currency", currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    if (short) {
      options.notation = "compact";
      options.minimumFractionDigits = 0;
      options.maximumFractionDigits = 1;
    }
    try {
      return new Intl.NumberFormat(locale, options);
    } catch (unknownCurrency) {
      return new Intl.NumberFormat(locale);
    }
  };
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const monthFormat = new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" });
  const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });

  // Days on which nothing was sold are zero, not a line drawn over them; a range of more than twenty years is left as it is.
  const everyDay = days => {
    if (days.length < 2) {
      return days;
    }
    const first = Date.parse(days[0].date);
    const last = Date.parse(days[days.length - 1].date);
    if ((last - first) / 86400000 > 7500) {
      return days;
    }
    const known = new Map(days.map(day => [day.date, day]));
    const all = [];
    for (let at = first; at <= last; at += 86400000) {
      const date = new Date(at).toISOString().slice(0, 10);
      all.push(known.get(date) || { date, sales: "0", transactions: 0, units: "0" });
    }
    return all;
  };

  // Tooltips are drawn on the canvas ("richText"): as HTML, ECharts would put names of regions into the page as markup. In rich text
  // only {style|text} means something, and braces are replaced.
  const plain = text => String(text).replace(/[{}|]/g, " ").replace(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/g, " ").slice(0, 80);
  const tooltip = () => ({
    renderMode: "richText",
    confine: true,
    backgroundColor: colour("--panel"),
    borderColor: colour("--line"),
    padding: [8, 12],
    textStyle: { color: colour("--ink"), fontSize: small() + 1, lineHeight: small() + 8, fontFamily: family() },
  });
  const small = () => Math.round(parseFloat(getComputedStyle(root).fontSize) * 0.74);
  const family = () => getComputedStyle(document.body).fontFamily;
  // ECharts measures labels by their own font only, so it must stand there and not just for the whole chart.
  const label = colourName => ({ fontSize: small(), fontFamily: family(), color: colour(colourName) });
  const text = () => ({ fontFamily: family(), color: colour("--soft") });
  const told = (name, entry, amounts) => plain(name) + "\n" + amounts.format(entry.sales) + "\n" + count.format(entry.transactions)
    + " transactions, " + count.format(entry.units) + " units";

  // Weekdays make a long line jagged: from a quarter of a year on, the mean of the last seven days is drawn over it.
  const week = amounts => amounts.map((_, i) => i < 6 ? null : amounts.slice(i - 6, i + 1).reduce((sum, amount) => sum + amount, 0) / 7);

  const daysOption = data => {
    const days = everyDay(data.days);
    const sales = days.map(day => Number(day.sales));
    const long = days.length > 90;
    const amounts = money(data.currency);
    const short = money(data.currency, true);
    const accent = colour("--accent");
    const few = days.length < 40;
    return {
      animation: !still.matches,
      animationDuration: 300,
      textStyle: text(),
      grid: { left: 8, right: 14, top: long ? 30 : 14, bottom: days.length > 60 ? 52 : 8, containLabel: true },
      tooltip: Object.assign(tooltip(), {
        trigger: "axis",
        axisPointer: { type: "line", lineStyle: { color: colour("--soft"), type: "dashed" } },
        formatter: hits => {
          const day = days[hits[0].dataIndex];
          return told(dayFormat.format(Date.parse(day.date)), day, amounts);
        },
      }),
      xAxis: {
        type: "category",
        boundaryGap: false,
        data: days.map(day => day.date),
        axisLine: { lineStyle: { color: colour("--line") } },
        axisTick: { show: false },
        axisLabel: Object.assign(label("--soft"), {
          hideOverlap: true,
          alignMinLabel: "left",
          alignMaxLabel: "right",
          formatter: date => (long ? monthFormat : dayFormat).format(Date.parse(date)),
        }),
      },
      yAxis: {
        type: "value",
        splitNumber: 4,
        axisLabel: Object.assign(label("--soft"), { formatter: value => short.format(value) }),
        splitLine: { lineStyle: { color: colour("--line") } },
      },
      dataZoom: days.length > 60 ? [{
        type: "slider", height: 22, bottom: 8, borderColor: colour("--line"), backgroundColor: "transparent", fillerColor: colour("--accent-soft"),
        dataBackground: { lineStyle: { color: colour("--soft"), opacity: 0.5 }, areaStyle: { color: colour("--soft"), opacity: 0.15 } },
        selectedDataBackground: { lineStyle: { color: accent }, areaStyle: { color: accent, opacity: 0.2 } },
        handleStyle: { color: colour("--panel"), borderColor: accent }, moveHandleSize: 0, showDetail: false, brushSelect: false,
      }] : [],
      legend: long ? { right: 10, top: 0, itemWidth: 16, itemHeight: 8, icon: "roundRect", textStyle: { color: colour("--soft"), fontSize: small() } } : { show: false },
      series: [{
        name: "Day",
        type: "line",
        data: sales,
        showSymbol: few,
        symbolSize: 5,
        sampling: "lttb",
        lineStyle: { color: accent, width: long ? 1 : 2, opacity: long ? 0.35 : 1 },
        itemStyle: { color: accent, opacity: long ? 0.45 : 1 },
        areaStyle: { color: accent, opacity: dark.matches ? 0.14 : 0.09 },
      }].concat(long ? [{
        name: "Mean of 7 days",
        type: "line",
        data: week(sales),
        showSymbol: false,
        smooth: 0.3,
        lineStyle: { color: accent, width: 2.2 },
        itemStyle: { color: accent },
      }] : []),
    };
  };

  const regionsOption = data => {
    const regions = data.regions.concat(data.otherRegions ? [data.otherRegions] : []).slice().reverse();
    const names = regions.map(region => region.name === null ? "without a region" : plain(region.name));
    const amounts = money(data.currency);
    const short = money(data.currency, true);
    return {
      animation: !still.matches,
      animationDuration: 300,
      textStyle: text(),
      grid: { left: 8, right: 64, top: 4, bottom: 4, containLabel: true },
      tooltip: Object.assign(tooltip(), {
        trigger: "axis",
        axisPointer: { type: "none" },
        formatter: hits => told(names[hits[0].dataIndex], regions[hits[0].dataIndex], amounts),
      }),
      xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: {
        type: "category",
        data: names,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: Object.assign(label("--ink"), { width: narrow.matches ? 100 : 140, overflow: "truncate" }),
      },
      series: [{
        type: "bar",
        data: regions.map(region => Number(region.sales)),
        barMaxWidth: 26,
        itemStyle: { color: colour("--accent"), opacity: 0.85, borderRadius: 4 },
        label: { show: true, fontSize: small(), position: "right", color: colour("--soft"), formatter: hit => short.format(regions[hit.dataIndex].sales) },
      }],
    };
  };

  const draw = () => {
    charts.forEach(chart => chart.dispose());
    charts = [];
    const days = document.getElementById("chart-days");
    const regions = document.getElementById("chart-regions");
    if (!days || !regions || !figures) {
      return;
    }
    for (const [place, option] of [[days, daysOption(figures)], [regions, regionsOption(figures)]]) {
      const chart = echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(option);
      charts.push(chart);
    }
  };
  const redraw = () => {
    const places = ["chart-days", "chart-regions"].map(id => document.getElementById(id));
    if (charts.length === 2 && charts.every((chart, i) => chart.getDom() === places[i])) {
      charts[0].setOption(daysOption(figures), { replaceMerge: ["dataZoom", "series"] });
      charts[1].setOption(regionsOption(figures));
    } else {
      draw();
    }
  };

  const moments = () => {
    const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    for (const time of document.querySelectorAll("time.moment")) {
      time.textContent = format.format(new Date(time.dateTime));
      time.title = time.dateTime;
    }
  };

  const load = async () => {
    if (typeof echarts === "undefined") {
      root.classList.add("no-charts");
      return;
    }
    if (!document.getElementById("chart-days")) {
      return;
    }
    const answer = await fetch("/api/v1/dashboard" + query, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error("the figures were refused (" + answer.status + ")");
    }
    figures = await answer.json();
    redraw();
  };

  // The server renders the page anew, and its parts take the place of the old ones; charts and opened tables stay as they are.
  const renew = async () => {
    const answer = await fetch("/" + query, { headers: { Accept: "text/html" } });
    if (answer.redirected) {
      // The session has ended, or the password must be changed.
      location.assign(answer.url);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.getElementById("content");
    const next = fresh.getElementById("content");
    if (!main || !next) {
      return;
    }
    const kept = new Map([...main.querySelectorAll(".chart")].map(chart => [chart.id, chart]));
    const open = new Set([...main.querySelectorAll("details[open]")].map(details => details.dataset.keep));
    const focused = document.activeElement && document.activeElement.closest("main [id]");
    for (const chart of next.querySelectorAll(".chart")) {
      if (kept.has(chart.id)) {
        chart.replaceWith(kept.get(chart.id));
      }
    }
    for (const details of next.querySelectorAll("details")) {
      details.open = open.has(details.dataset.keep);
    }
    main.replaceChildren(...next.childNodes);
    if (focused && document.getElementById(focused.id)) {
      document.getElementById(focused.id).focus({ preventScroll: true });
    }
    root.dataset.state = fresh.documentElement.dataset.state;
    moments();
    await load();
  };

  let renewing = false;
  let again = false;
  const refresh = async () => {
    if (renewing) {
      again = true;
      return;
    }
    renewing = true;
    try {
      await renew();
    } catch (failure) {
      console.warn("The page could not be renewed:", failure);
    } finally {
      renewing = false;
      if (again) {
        again = false;
        setTimeout(refresh, 300);
      }
    }
  };

  const say = (state, sentence) => {
    const live = document.getElementById("live");
    if (live.dataset.live !== state) {
      live.dataset.live = state;
      document.getElementById("live-text").textContent = sentence;
    }
  };

  // The dot is green only while the server was heard within the last 40 seconds; it speaks every 15.
  let stream = null;
  let heard = Date.now();
  let renewed = Date.now();
  // True at first: what happened after the page was made and before the stream is open, nobody tells.
  let missed = true;
  const connect = () => {
    stream = new EventSource("/api/v1/events");
    const hear = () => {
      heard = Date.now();
      say("on", "Live");
      if (missed) {
        missed = false;
        refresh();
      }
    };
    stream.addEventListener("alive", hear);
    for (const news of ["commit", "state"]) {
      stream.addEventListener(news, () => {
        hear();
        refresh();
      });
    }
    stream.onerror = () => {
      missed = true;
      say("wait", "Not live: connecting again");
    };
  };
  setInterval(() => {
    const now = Date.now();
    if (stream.readyState === EventSource.CLOSED || now - heard > 40000) {
      missed = true;
      say("wait", "Not live: looking twice a minute");
      stream.close();
      connect();
      heard = now;
    }
    const waiting = root.dataset.state === "starting" || root.dataset.state === "failed";
    if (waiting || missed && now - renewed > 30000) {
      renewed = now;
      refresh();
    }
  }, 5000);

  addEventListener("resize", () => charts.forEach(chart => chart.resize()));
  dark.addEventListener("change", draw);
  moments();
  load().catch(failure => console.warn("The charts could not be drawn:", failure));
  say("wait", "Connecting …");
  connect();
})();
