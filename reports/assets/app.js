// The one script of an edition. It adds to pages that are complete without it:
// what a number is on hover, figures that can be explored, files, filters. It
// asks no host for anything, writes text only as text, and runs no text as code.
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;

  function el(tag, attrs, text) {
    var e = doc.createElement(tag), k;
    for (k in attrs || {}) { e.setAttribute(k, attrs[k]); }
    if (text !== undefined) { e.textContent = text; }
    return e;
  }
  function all(sel, base) { return Array.prototype.slice.call((base || doc).querySelectorAll(sel)); }
  function json(node) { try { return node ? JSON.parse(node.textContent) : null; } catch (e) { return null; } }

  // --- numbers, as the pages print them ---
  function fixed(x, d) {
    if (x === null || x === undefined || !isFinite(x)) { return "–"; }
    var s = x.toFixed(d);
    if (/^-0\.?0*$/.test(s)) { s = s.slice(1); }
    return s.replace("-", "−");
  }
  function trim(x) {
    var a = Math.abs(x), d = a >= 100 ? 0 : a >= 10 ? 1 : a >= 0.1 || a === 0 ? 2 : 3, s = fixed(x, d);
    return s.indexOf(".") < 0 ? s : s.replace(/\.?0+$/, "");
  }

  // --- tables behind figures ---
  function tableOf(fig) { return fig.querySelector("details.data table, table"); }
  function rowOf(fig, r) {
    var t = tableOf(fig);
    return t && t.tBodies[0] ? t.tBodies[0].rows[r] || null : null;
  }
  function headsOf(fig) { return all("thead th", tableOf(fig)).map(function (h) { return h.textContent; }); }
  function pairsOf(fig, r) {
    var row = rowOf(fig, r), heads = row ? headsOf(fig) : [], out = [];
    if (!row) { return null; }
    all("th,td", row).forEach(function (c, i) {
      var t = c.textContent.trim();
      if (t && t !== "–") { out.push([heads[i] || "", t]); }
    });
    return out;
  }

  // --- hover over static figures ---
  var tip = null;
  function hideTip() {
    if (tip) { tip.remove(); tip = null; }
    all("g.on").forEach(function (g) { g.classList.remove("on"); });
  }
  function showTip(fig, g, ev) {
    var pairs = pairsOf(fig, +g.getAttribute("data-r")), draw, dl, box, x, y;
    hideTip();
    if (!pairs || !pairs.length) { return; }
    g.classList.add("on");
    draw = g.ownerSVGElement.parentNode;
    tip = el("div", { "class": "tip", role: "presentation" });
    tip.appendChild(el("p", {}, pairs[0][1].slice(0, 200)));
    dl = el("dl");
    pairs.slice(1).forEach(function (p) { dl.appendChild(el("dt", {}, p[0])); dl.appendChild(el("dd", {}, p[1].slice(0, 200))); });
    tip.appendChild(dl);
    draw.appendChild(tip);
    box = draw.getBoundingClientRect();
    x = ev.clientX - box.left + 14; y = ev.clientY - box.top + 14;
    if (x + tip.offsetWidth > box.width) { x = Math.max(0, ev.clientX - box.left - tip.offsetWidth - 14); }
    tip.style.left = x + "px"; tip.style.top = y + "px";
  }
  function hover(fig) {
    var draw = fig.querySelector(".draw");
    if (!draw || !tableOf(fig)) { return; }
    draw.addEventListener("pointermove", function (ev) {
      var g = ev.target.closest ? ev.target.closest("g[data-r]") : null;
      if (g) { showTip(fig, g, ev); } else { hideTip(); }
    });
    draw.addEventListener("pointerleave", hideTip);
    draw.addEventListener("click", function (ev) {
      var g = ev.target.closest ? ev.target.closest("g[data-r]") : null, row, a;
      if (!g || ev.pointerType === "touch") { return; }
      row = rowOf(fig, +g.getAttribute("data-r"));
      a = row && row.querySelector("a[href]");
      if (a) { a.click(); }
    });
  }

  // --- files ---
  function save(name, type, data) {
    var a = el("a", { download: name }), url = URL.createObjectURL(new Blob([data], { type: type }));
    a.href = url; doc.body.appendChild(a); a.click(); a.remove();
    setTimeout(function () { URL.revokeObjectURL(url); }, 10000);
  }
  function fileName(fig, ext) {
    var base = (location.pathname.split("/").pop() || "edition").replace(/\.html$/, ""), ed = doc.querySelector(".foot strong");
    return [base, fig.getAttribute("data-fig"), ed ? ed.textContent.replace(/[^A-Za-z0-9._-]+/g, "-") : ""].filter(Boolean).join("-") + ext;
  }
  // csvCell quotes, and defuses what a spreadsheet would run: text that begins
  // with = + - @ or a control character gets an apostrophe. Numbers stay numbers.
  function csvCell(text, exact) {
    var s = exact !== null && exact !== undefined ? exact : text.trim();
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(s)) {
      if (/^\s*[=+\-@\t\r]/.test(s)) { s = "'" + s; }
      if (/[",\n\r]/.test(s) || s.charAt(0) === "'") { s = '"' + s.replace(/"/g, '""') + '"'; }
    }
    return s;
  }
  function csvOf(table) {
    return all("tr", table).map(function (tr) {
      return all("th,td", tr).map(function (c) { return csvCell(c.textContent, c.getAttribute("data-v")); }).join(",");
    }).join("\r\n") + "\r\n";
  }
  var painted = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "text-anchor", "font-size", "font-weight", "font-style", "font-family"];
  // svgText writes a figure out with its colours inside, always in the light form.
  function svgText(svg) {
    var copy = svg.cloneNode(true), from, to;
    root.classList.add("light");
    from = all("*", svg); to = all("*", copy);
    from.forEach(function (n, i) {
      var cs = getComputedStyle(n);
      painted.forEach(function (p) {
        var v = cs.getPropertyValue(p);
        if (v && !(p === "stroke" && v === "none") && !(p === "paint-order" && v === "normal")) { to[i].setAttribute(p, v); }
      });
      to[i].removeAttribute("class");
    });
    root.classList.remove("light");
    copy.removeAttribute("class");
    var bg = doc.createElementNS("http://www.w3.org/2000/svg", "rect");
    bg.setAttribute("width", "100%"); bg.setAttribute("height", "100%"); bg.setAttribute("fill", "#ffffff");
    copy.insertBefore(bg, copy.querySelector("desc").nextSibling);
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(copy);
  }
  function visible(fig) {
    return all("svg.fig", fig).filter(function (s) { return getComputedStyle(s).display !== "none"; })[0] || fig.querySelector("svg.fig");
  }
  function png(fig, done) {
    var svg = visible(fig), text = svgText(svg), img = new Image(), vb = svg.viewBox.baseVal, scale = Math.min(3, 16000 / vb.height);
    img.onload = function () {
      var c = el("canvas");
      c.width = vb.width * scale; c.height = vb.height * scale;
      c.getContext("2d").drawImage(img, 0, 0, c.width, c.height);
      c.toBlob(function (b) { if (b) { done(b); } }, "image/png");
    };
    img.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  }

  // --- exploring with the chart library ---
  var colours = {};
  function readColours() {
    var cs = getComputedStyle(root);
    ["bg", "card", "soft", "line", "ink", "mute", "blue", "blue2", "blue3", "ochre", "ochre2", "grid"].forEach(function (n) { colours["@" + n] = cs.getPropertyValue("--" + n).trim(); });
  }
  function colour(v) { return typeof v === "string" && colours[v] ? colours[v] : v; }

  var functions = {
    pastNumber: function (v) { return trim(+v); },
    pastYear: function (v) { return String(Math.round(v)); },
    pastRatio: function (v) { var x = Math.exp(+v); return x >= 10 ? String(Math.round(x)) : String(+x.toPrecision(2)); },
    pastInterval: function (params, api) {
      var y = api.coord([api.value(0), api.value(1)])[1], area = params.coordSys, left = area.x, right = area.x + area.width;
      var px = function (v) { return api.coord([v, api.value(1)])[0]; }, cut = function (x) { return Math.max(left, Math.min(right, x)); };
      var est = px(api.value(0)), lo = px(api.value(2)), hi = px(api.value(3)), kind = api.value(5), row = api.size([0, 1])[1], h = Math.min(9, row * 0.34), parts = [];
      var ink = kind === 3 ? colours["@ochre"] : colours["@ink"];
      if (kind === 1 || kind === 2) {
        parts.push({ type: "polygon", shape: { points: [[cut(lo), y], [cut(est), y - h], [cut(hi), y], [cut(est), y + h]] }, style: { fill: kind === 1 ? colours["@blue"] : colours["@bg"], stroke: colours["@blue"], lineWidth: 1.4 } });
      } else {
        parts.push({ type: "line", shape: { x1: cut(lo), y1: y, x2: cut(hi), y2: y }, style: { stroke: ink, lineWidth: kind === 3 ? 2 : 1.4 } });
      }
      [[lo < left, left, 6], [hi > right, right, -6]].forEach(function (a) {
        if (a[0]) { parts.push({ type: "polyline", shape: { points: [[a[1] + a[2], y - 4], [a[1], y], [a[1] + a[2], y + 4]] }, style: { stroke: ink, fill: "none", lineWidth: 1.4 } }); }
      });
      if (kind === 0 && est >= left && est <= right) {
        var s = Math.max(4, Math.min(15, row * 0.6) * Math.sqrt(api.value(4)));
        parts.push({ type: "rect", shape: { x: est - s / 2, y: y - s / 2, width: s, height: s }, style: { fill: colours["@blue"] } });
      }
      return { type: "group", children: parts };
    },
    pastLane: function (params, api) {
      var a = api.coord([api.value(0), api.value(1)]), b = api.coord([api.value(2), api.value(1)]), area = params.coordSys, h = Math.max(3, Math.min(11, api.size([0, 1])[1] * 0.55));
      var x0 = Math.max(area.x, a[0]), x1 = Math.min(area.x + area.width, Math.max(b[0], a[0] + 3)), cls = api.value(3);
      var fill = { done: "@blue", run: "@blue2", plan: "@bg", stop: "@ochre2", unk: "@bg" }[cls], stroke = { stop: "@ochre", unk: "@mute" }[cls] || "@blue";
      if (x1 < x0) { return null; }
      return { type: "rect", shape: { x: x0, y: a[1] - h / 2, width: x1 - x0, height: h }, style: { fill: colours[fill], stroke: colours[stroke], lineDash: cls === "plan" ? [2, 2] : cls === "unk" ? [4, 2] : null } };
    }
  };

  // resolve replaces colour tokens and function names. Names of data are left
  // alone: only keys that mean a colour or a function are looked at.
  function resolve(node, fig) {
    if (Array.isArray(node)) { node.forEach(function (n) { resolve(n, fig); }); return; }
    if (!node || typeof node !== "object") { return; }
    Object.keys(node).forEach(function (k) {
      var v = node[k];
      if (/color$/i.test(k)) {
        node[k] = Array.isArray(v) ? v.map(colour) : colour(v);
      } else if (k === "renderItem") {
        node[k] = Object.prototype.hasOwnProperty.call(functions, v) ? functions[v] : undefined;
      } else if (k === "formatter") {
        if (v === "pastRow") { node[k] = function (p) { return rowText(fig, p); }; }
        else if (Object.prototype.hasOwnProperty.call(functions, v)) { node[k] = functions[v]; }
        else { delete node[k]; }
      } else if (k !== "data" || (Array.isArray(v) && v.length && typeof v[0] === "object")) {
        resolve(v, fig);
      }
    });
  }
  function plain(s) { return String(s).replace(/[{}|]/g, " "); }
  function rowText(fig, p) {
    var v = p && p.value, r = Array.isArray(v) ? v[v.length - 1] : -1, pairs = typeof r === "number" && r >= 0 && p.seriesType !== "line" ? pairsOf(fig, r) : null;
    if (!pairs) { return plain(p && p.name ? p.name : p && p.seriesName || ""); }
    return pairs.map(function (q, i) { return plain(i ? q[0] + ": " + q[1].slice(0, 80) : q[1].slice(0, 80)); }).join("\n");
  }
  function dress(option) {
    var axis = { axisLabel: { color: colours["@mute"] }, nameTextStyle: { color: colours["@ink"] }, axisLine: { lineStyle: { color: colours["@mute"] } }, splitLine: { lineStyle: { color: colours["@grid"] } } };
    ["xAxis", "yAxis"].forEach(function (k) {
      [].concat(option[k] || []).forEach(function (a) {
        Object.keys(axis).forEach(function (p) {
          a[p] = a[p] || {};
          if (p === "splitLine" || p === "axisLine") { a[p].lineStyle = a[p].lineStyle || axis[p].lineStyle; } else { a[p].color = a[p].color || axis[p].color; }
          ["showMinLabel", "showMaxLabel"].forEach(function (s) { if (a.axisLabel && a.axisLabel[s] === null) { delete a.axisLabel[s]; } });
        });
      });
    });
    option.textStyle = { fontFamily: getComputedStyle(doc.body).fontFamily, color: colours["@ink"] };
    option.backgroundColor = "transparent";
    if (option.tooltip) {
      option.tooltip.backgroundColor = colours["@card"]; option.tooltip.borderColor = colours["@mute"]; option.tooltip.textStyle = { color: colours["@ink"], fontSize: 13 };
    }
    return option;
  }
  var charts = [], waiting = null;
  function library(done) {
    if (window.echarts) { done(true); return; }
    if (!window.pastCharts) { done(false); return; }
    if (waiting) { waiting.push(done); return; }
    waiting = [done];
    window.pastCharts(function (ok) { var w = waiting; waiting = null; w.forEach(function (f) { f(ok && !!window.echarts); }); });
  }
  function height(option) {
    var rows = option.past && option.past.rows;
    return rows ? Math.min(2400, Math.max(260, rows * 26 + 90)) : Math.max(300, Math.min(460, doc.body.clientWidth * 0.8));
  }
  // chartIn draws an option into a box; it is drawn again when the colours change.
  function chartIn(box, make, fig) {
    var state = { box: box, chart: null, draw: null };
    state.draw = function () {
      var option = make();
      if (!option) { return; }
      readColours();
      box.style.height = height(option) + "px";
      delete option.past;
      resolve(option, fig);
      if (state.chart) { state.chart.dispose(); }
      state.chart = window.echarts.init(box, null, { renderer: "svg" });
      state.chart.setOption(dress(option), true);
    };
    state.draw();
    charts.push(state);
    return state;
  }
  function forget(state) {
    charts = charts.filter(function (s) { return s !== state; });
    if (state.chart) { state.chart.dispose(); }
    state.box.remove();
  }
  if (window.matchMedia) {
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { charts.forEach(function (s) { s.draw(); }); });
  }
  window.addEventListener("resize", function () { charts.forEach(function (s) { if (s.chart) { s.chart.resize(); } }); });

  function exploreButton(fig, tools) {
    var node = fig.querySelector("script.option"), state = null, button;
    if (!node) { return; }
    button = el("button", { type: "button", "aria-pressed": "false", "class": "go" }, "Explore");
    button.addEventListener("click", function () {
      var draw = fig.querySelector(".draw");
      if (state) {
        forget(state); state = null; draw.hidden = false;
        button.setAttribute("aria-pressed", "false"); button.textContent = "Explore";
        return;
      }
      button.disabled = true;
      library(function (ok) {
        var box;
        button.disabled = false;
        if (!ok) { button.textContent = "The chart library could not be loaded"; return; }
        box = el("div", { "class": "chart", role: "img", "aria-label": fig.querySelector("svg desc").textContent });
        draw.parentNode.insertBefore(box, draw.nextSibling);
        draw.hidden = true;
        state = chartIn(box, function () { return json(node); }, fig);
        button.setAttribute("aria-pressed", "true"); button.textContent = "Back to the figure";
      });
    });
    tools.appendChild(button);
  }
  function toolbar(fig) {
    var tools = el("div", { "class": "tools" }), table = tableOf(fig), name = (fig.querySelector("figcaption strong") || {}).textContent || "figure";
    exploreButton(fig, tools);
    [["SVG", function () { save(fileName(fig, ".svg"), "image/svg+xml", svgText(visible(fig))); }],
      ["PNG", function () { png(fig, function (b) { save(fileName(fig, ".png"), "image/png", b); }); }],
      ["CSV", table ? function () { save(fileName(fig, ".csv"), "text/csv;charset=utf-8", csvOf(table)); } : null]].forEach(function (d) {
      if (!d[1]) { return; }
      var b = el("button", { type: "button", "aria-label": d[0] + " of: " + name.replace(/\.$/, "") }, d[0]);
      b.addEventListener("click", d[1]);
      tools.appendChild(b);
    });
    fig.insertBefore(tools, fig.querySelector(".draw").nextSibling);
  }

  // --- leaving studies out ---
  function workbench(section) {
    var data = json(section.querySelector("script.work")), home = doc.getElementById(data && data.figure), option = json(home && home.querySelector("script.option")), out, bar, boxes, fieldset, chartBox = null, state = null;
    if (!data || !data.effects || data.effects.length < 2) { return; }
    function read(x) { return data.ratio ? Math.exp(x) : x; }
    function full(e, lo, hi) { return data.symbol + " " + fixed(read(e), 2) + " [" + fixed(read(lo), 2) + ", " + fixed(read(hi), 2) + "]"; }
    fieldset = el("fieldset", { "class": "picks" });
    fieldset.appendChild(el("legend", {}, "Studies in the model"));
    boxes = data.effects.map(function (e) {
      var label = el("label"), box = el("input", { type: "checkbox" });
      box.checked = true;
      box.addEventListener("change", update);
      label.appendChild(box);
      label.appendChild(el("bdi", {}, e.label));
      fieldset.appendChild(label);
      return box;
    });
    bar = el("div", { "class": "tools" });
    var reset = el("button", { type: "button" }, "Back to all studies");
    reset.addEventListener("click", function () { boxes.forEach(function (b) { b.checked = true; }); update(); });
    bar.appendChild(reset);
    out = el("div", { "class": "result", role: "status" });
    section.appendChild(fieldset); section.appendChild(bar); section.appendChild(out);
    function current() { return data.effects.filter(function (e, i) { return boxes[i].checked; }); }
    function update() {
      var list = current(), whole = list.length === data.effects.length, r = pastStats.fit(list.map(function (e) { return e.y; }), list.map(function (e) { return e.v; }), data.test), p;
      out.textContent = "";
      out.classList.toggle("exploring", !whole);
      p = el("p");
      if (whole) {
        p.appendChild(el("strong", {}, "All studies: the published finding. "));
        p.appendChild(doc.createTextNode(data.published));
      } else {
        p.appendChild(el("span", { "class": "flag" }, "Exploring, not published. "));
        p.appendChild(el("strong", {}, list.length ? "k = " + r.k + (list.length > 1 ? ", " : ", one study, not a meta-analysis, ") + full(r.est, r.guarded ? r.glo : r.lo, r.guarded ? r.ghi : r.hi) : "No study is left."));
        if (list.length > 1) {
          p.appendChild(doc.createTextNode((r.guarded ? " (guarded; Knapp-Hartung alone: [" + fixed(read(r.lo), 2) + ", " + fixed(read(r.hi), 2) + "])" : "") + ". tau² = " + fixed(r.tau2, 3) + ", I² = " + fixed(r.i2, 0) + "%. Published: " + data.published));
        }
      }
      out.appendChild(p);
      out.setAttribute("data-est", list.length ? r.est : ""); out.setAttribute("data-lo", list.length ? r.lo : ""); out.setAttribute("data-hi", list.length ? r.hi : ""); out.setAttribute("data-tau2", r.tau2 === undefined ? "" : r.tau2);
      out.setAttribute("data-glo", r.glo === undefined ? "" : r.glo); out.setAttribute("data-ghi", r.ghi === undefined ? "" : r.ghi);
      last = { r: r, whole: whole };
      if (state) { state.draw(); }
    }
    var last = null;
    // the chart shows the studies that are in, and the diamond of this selection
    function make() {
      var o, keep, names, rows;
      if (!option) { return null; }
      o = JSON.parse(JSON.stringify(option));
      rows = o.series[0].data; names = o.yAxis[0].data; keep = [];
      rows.forEach(function (d, i) { if (i >= data.effects.length || boxes[i].checked) { keep.push(i); } });
      var r = last && last.r;
      o.series[0].data = keep.filter(function (i) { return last.whole || i < data.effects.length; }).map(function (i, at) { var d = rows[i]; d.value[1] = at; return d; });
      o.yAxis[0].data = keep.filter(function (i) { return last.whole || i < data.effects.length; }).map(function (i) { return names[i]; });
      if (!last.whole && r.k > 1) {
        o.series[0].data.push({ value: [r.est, o.yAxis[0].data.length, r.guarded ? r.glo : r.lo, r.guarded ? r.ghi : r.hi, 0, 1, -1] });
        o.yAxis[0].data.push("Exploring: k = " + r.k);
      }
      o.past = { rows: o.yAxis[0].data.length };
      return o;
    }
    update();
    if (!option) { return; }
    chartBox = el("div", { "class": "chart", role: "img", "aria-label": "Forest plot of the studies that are ticked; the result is in the text above." });
    section.appendChild(chartBox);
    function start() {
      library(function (ok) {
        if (!ok) { chartBox.remove(); return; }
        state = chartIn(chartBox, make, home || section);
        section.classList.add("ready");
      });
    }
    if (window.IntersectionObserver) {
      var io = new IntersectionObserver(function (seen) { if (seen.some(function (s) { return s.isIntersecting; })) { io.disconnect(); start(); } }, { rootMargin: "300px" });
      io.observe(section);
    } else { start(); }
  }

  // --- trials: search, filter, sort ---
  function fold(s) { return String(s).normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  function trials(panel) {
    var holder = doc.querySelector("script.trialdata"), conf = json(holder), table = doc.querySelector("table.trials"), found = doc.querySelector("[data-found]"), original, rows = null, most = 200, sort = null;
    if (!conf || !table) { return; }
    original = table.tBodies[0];
    function values(key) {
      var seen = {};
      rows.forEach(function (r) { [].concat(r[key]).forEach(function (v) { if (v) { seen[v] = (seen[v] || 0) + 1; } }); });
      return Object.keys(seen).sort();
    }
    function ready(list) {
      rows = list;
      rows.forEach(function (r) { r.text = fold([r.id, r.title, r.status, r.sponsor, r.substance.join(" "), r.condition.join(" "), r.country.join(" "), r.phase].join(" ")); });
    }
    // need gives all trials to f; those of a large edition are fetched once,
    // when first asked for.
    var asked = [];
    function need(f) {
      if (rows) { f(); return; }
      asked.push(f);
      if (asked.length > 1) { return; }
      found.textContent = "Reading all records …";
      window.pastTrials = function (raw) { ready(unpack(raw)); asked.splice(0).forEach(function (g) { g(); }); };
      window.pastLoad(conf.file, conf.sum, function (ok) { if (!ok) { asked = []; found.textContent = "The list of all trials could not be read."; } });
    }
    function set() {
      all("select[data-f]", panel).forEach(function (s) {
        var key = s.getAttribute("data-f");
        if (key !== "results") { (conf.facets ? conf.facets[key] : values(key)).forEach(function (v) { s.appendChild(el("option", { value: v }, v.slice(0, 60))); }); }
        s.addEventListener("change", function () { need(apply); });
      });
      panel.querySelector("[data-q]").addEventListener("input", function () { need(apply); });
      all("thead th[data-s]", table).forEach(function (h) {
        var key = h.getAttribute("data-s"), b = el("button", { type: "button", "class": "sort" }, h.textContent);
        h.textContent = ""; h.appendChild(b); h.setAttribute("aria-sort", "none");
        b.addEventListener("click", function () {
          sort = { key: key, down: sort && sort.key === key && !sort.down };
          all("thead th[aria-sort]", table).forEach(function (o) { o.setAttribute("aria-sort", "none"); });
          h.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
          need(apply);
        });
      });
      panel.hidden = false;
      say(conf.rows ? rows.length : conf.total, Infinity);
    }
    function say(n, shown) { found.textContent = n + (n === 1 ? " record" : " records") + (shown < n ? ", the first " + shown + " shown" : ""); }
    function cell(label, cls) { var td = el("td", { "data-l": label }); if (cls) { td.className = cls; } return td; }
    function under(parent, text) { if (text) { parent.appendChild(el("span", { "class": "under" }, text)); } }
    function line(r) {
      var tr = el("tr"), th = el("th", { scope: "row" }), td, bdi;
      if (r.href) { th.appendChild(el("a", { href: r.href }, r.id)); } else { th.appendChild(doc.createTextNode(r.id)); }
      if (r.retold) { th.appendChild(doc.createTextNode(" ")); th.appendChild(el("span", { "class": "tag" }, "retold")); }
      bdi = el("span", { "class": "under" }); bdi.appendChild(el("bdi", {}, r.title)); th.appendChild(bdi); tr.appendChild(th);
      td = cell("Status"); td.appendChild(el("span", { "class": "st st-" + r.cls })); td.appendChild(doc.createTextNode(r.status)); under(td, r.phase); if (r.results === "1") { under(td, "results posted"); } tr.appendChild(td);
      td = cell("Dates"); var when = el("span"); when.appendChild(el("span", { "class": "nb" }, r.from)); if (r.to) { when.appendChild(doc.createTextNode(" to ")); when.appendChild(el("span", { "class": "nb" }, r.to)); } td.appendChild(when); tr.appendChild(td);
      td = cell("Enrolment", "n"); td.textContent = r.enrolment; tr.appendChild(td);
      td = cell("About"); td.textContent = r.about; tr.appendChild(td);
      td = cell("Sponsor"); td.textContent = r.who; tr.appendChild(td);
      return tr;
    }
    function apply() {
      var q = fold(panel.querySelector("[data-q]").value).split(/\s+/).filter(Boolean), want = {}, list, body;
      all("select[data-f]", panel).forEach(function (s) { if (s.value) { want[s.getAttribute("data-f")] = s.value; } });
      list = rows.filter(function (r) {
        return q.every(function (w) { return r.text.indexOf(w) >= 0; }) && Object.keys(want).every(function (k) { return [].concat(r[k]).indexOf(want[k]) >= 0; });
      });
      if (sort) {
        list = list.slice().sort(function (a, b) {
          var x = a[sort.key], y = b[sort.key], c = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
          return sort.down ? -c : c;
        });
      }
      body = el("tbody");
      list.slice(0, most).forEach(function (r) { body.appendChild(line(r)); });
      table.replaceChild(body, table.tBodies[0]);
      all(".pager").forEach(function (p) { p.hidden = true; });
      if (!q.length && !Object.keys(want).length && !sort) {
        table.replaceChild(original, table.tBodies[0]);
        all(".pager").forEach(function (p) { p.hidden = false; });
      }
      say(list.length, Math.min(list.length, most));
      if (!list.length) { found.textContent = "No trial fits. Take a filter away."; }
    }
    // columns arrive as arrays in the order of conf.columns
    function unpack(raw) {
      return raw.map(function (a) {
        var r = {};
        conf.columns.forEach(function (c, i) { r[c] = a[i]; });
        return r;
      });
    }
    if (conf.rows) { ready(unpack(conf.rows)); } else if (!conf.file || !window.pastLoad) { return; }
    set();
  }

  function start() {
    all("figure.fg").forEach(function (f) { if (f.querySelector(".draw")) { toolbar(f); hover(f); } });
    all("[data-work]").forEach(workbench);
    all("[data-filters]").forEach(trials);
    root.classList.add("ready");
  }
  doc.addEventListener("keydown", function (ev) { if (ev.key === "Escape") { hideTip(); } });
  if (doc.readyState === "loading") { doc.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
