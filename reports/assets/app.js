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
    all(".on").forEach(function (g) { g.classList.remove("on"); });
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
    var px = ev.clientX, py = ev.clientY;
    if (px === undefined) { var gb = g.getBoundingClientRect(); px = gb.left + Math.min(gb.width / 2, 300); py = gb.bottom - 8; }
    x = px - box.left + 14; y = py - box.top + 14;
    if (x + tip.offsetWidth > box.width) { x = Math.max(0, px - box.left - tip.offsetWidth - 14); }
    tip.style.left = x + "px"; tip.style.top = y + "px";
  }
  function hover(fig) {
    var draw = fig.querySelector(".draw");
    if (!draw) { return; }
    draw.addEventListener("pointermove", function (ev) {
      var g = ev.target.closest ? ev.target.closest("[data-r]") : null;
      if (g) { showTip(fig, g, ev); } else { hideTip(); }
    });
    draw.addEventListener("pointerleave", hideTip);
    draw.addEventListener("focusin", function (ev) {
      var g = ev.target.closest ? ev.target.closest("[data-r]") : null;
      if (g && g.matches(":focus-visible")) { showTip(fig, g, ev); }
    });
    draw.addEventListener("focusout", hideTip);
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
  // svgText writes a figure out as a file that stands alone: light colours
  // inside, its title above, the edition below.
  function svgText(svg, fig) {
    var copy = svg.cloneNode(true), from, to, vb = svg.viewBox.baseVal, ed = doc.querySelector(".foot strong"), name = fig.querySelector("figcaption strong");
    function line(text, y, size, bold) {
      var t = doc.createElementNS("http://www.w3.org/2000/svg", "text");
      t.setAttribute("x", 0); t.setAttribute("y", y); t.setAttribute("font-size", size); t.setAttribute("font-family", "Helvetica Neue, Arial, Liberation Sans, sans-serif"); t.setAttribute("fill", bold ? "#1c2328" : "#56616a");
      if (bold) { t.setAttribute("font-weight", 600); }
      t.textContent = text; copy.appendChild(t);
    }
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
    all(".tickbox", svg).forEach(function (n) { to[from.indexOf(n)].remove(); });
    copy.removeAttribute("class");
    var bg = doc.createElementNS("http://www.w3.org/2000/svg", "rect");
    bg.setAttribute("x", -12); bg.setAttribute("y", -34); bg.setAttribute("width", vb.width + 24); bg.setAttribute("height", vb.height + 62); bg.setAttribute("fill", "#ffffff");
    copy.insertBefore(bg, copy.querySelector("desc").nextSibling);
    line(doc.title.split(" · ")[0] + (name ? ": " + name.textContent : ""), -14, 15, true);
    line("PAST evidence tracker · " + (ed ? ed.textContent + " · " : "") + location.href.replace(/^file:.*\/(?=[^/]*\/[^/]*$)/, "").split("#")[0], vb.height + 14, 11, false);
    copy.setAttribute("viewBox", "-12 -34 " + (vb.width + 24) + " " + (vb.height + 62));
    copy.setAttribute("width", vb.width + 24); copy.setAttribute("height", vb.height + 62);
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(copy);
  }
  function visible(fig) {
    return all("svg.fig", fig).filter(function (s) { return getComputedStyle(s).display !== "none"; })[0] || fig.querySelector("svg.fig");
  }
  // dense sets the density of a PNG (chunk pHYs) so that it prints at 600 dpi.
  function dense(bytes) {
    var table = [], c, n, k, chunk = new Uint8Array(21), view = new DataView(chunk.buffer), crc = -1, out;
    for (n = 0; n < 256; n++) { c = n; for (k = 0; k < 8; k++) { c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; } table[n] = c; }
    view.setUint32(0, 9); chunk.set([112, 72, 89, 115], 4); view.setUint32(8, 23622); view.setUint32(12, 23622); chunk[16] = 1;
    for (n = 4; n < 17; n++) { crc = table[(crc ^ chunk[n]) & 255] ^ (crc >>> 8); }
    view.setUint32(17, (crc ^ -1) >>> 0);
    out = new Uint8Array(bytes.length + 21);
    out.set(bytes.subarray(0, 33)); out.set(chunk, 33); out.set(bytes.subarray(33), 54);
    return out;
  }
  // png draws a figure as wide as a journal's page (174 mm) at 600 dpi.
  function png(fig, done) {
    var text = svgText(visible(fig), fig), img = new Image(), vb = visible(fig).viewBox.baseVal, w = vb.width + 24, h = vb.height + 62, scale = Math.min(4110 / w, 16000 / h);
    img.onload = function () {
      var c = el("canvas");
      c.width = Math.round(w * scale); c.height = Math.round(h * scale);
      c.getContext("2d").drawImage(img, 0, 0, c.width, c.height);
      c.toBlob(function (b) { if (b) { b.arrayBuffer().then(function (a) { done(dense(new Uint8Array(a))); }); } }, "image/png");
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

  function exploreButton(fig, tools, name) {
    var node = fig.querySelector("script.option"), state = null, button;
    if (!node) { return; }
    button = el("button", { type: "button", "aria-pressed": "false", "class": "go" }, "Explore");
    button.addEventListener("click", function () {
      var draw = fig.querySelector(".draw"), desc = fig.querySelector("svg desc");
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
        box = el("div", { "class": "chart", role: "img", "aria-label": desc ? desc.textContent : name });
        draw.parentNode.insertBefore(box, draw.nextSibling);
        draw.hidden = true;
        state = chartIn(box, function () { return json(node); }, fig);
        button.setAttribute("aria-pressed", "true"); button.textContent = "Back to the figure";
      });
    });
    tools.appendChild(button);
  }
  function savePNG(fig) { png(fig, function (b) { save(fileName(fig, ".png"), "image/png", b); }); }
  function toolbar(fig) {
    var tools = el("div", { "class": "tools" }), table = tableOf(fig), name = (fig.querySelector("figcaption strong") || {}).textContent || "figure";
    exploreButton(fig, tools, name);
    (fig.querySelector("svg.fig") ? [["SVG", function () { save(fileName(fig, ".svg"), "image/svg+xml", svgText(visible(fig), fig)); }],
      ["PNG 600 dpi", function () { savePNG(fig); }],
      ["CSV", table ? function () { save(fileName(fig, ".csv"), "text/csv;charset=utf-8", csvOf(table)); } : null]] : []).forEach(function (d) {
      if (!d[1]) { return; }
      var b = el("button", { type: "button", "aria-label": d[0] + " of: " + name.replace(/\.$/, "") }, d[0]);
      b.addEventListener("click", d[1]);
      tools.appendChild(b);
    });
    var alt = fig.querySelector("svg desc");
    if (alt && navigator.clipboard) {
      var words = el("button", { type: "button", "aria-label": "Copy caption and alternative text of: " + name }, "Copy caption");
      words.addEventListener("click", function () { copied(words, fig.querySelector("figcaption").textContent.trim() + "\nAlternative text: " + alt.textContent); });
      tools.appendChild(words);
    }
    fig.insertBefore(tools, fig.querySelector(".draw").nextSibling);
  }
  function copied(button, text) {
    var was = button.textContent;
    navigator.clipboard.writeText(text).then(function () { button.textContent = "Copied"; setTimeout(function () { button.textContent = was; }, 1500); });
  }
  function pngButtons() {
    all("button[data-png]").forEach(function (b) {
      var fig = doc.getElementById(b.getAttribute("data-png"));
      if (fig) { b.hidden = false; b.addEventListener("click", function () { savePNG(fig); }); }
    });
  }
  function copyButtons() {
    if (!navigator.clipboard) { return; }
    all("button[data-copy]").forEach(function (b) {
      var from = doc.getElementById(b.getAttribute("data-copy"));
      if (!from) { return; }
      b.hidden = false;
      b.addEventListener("click", function () { copied(b, from.textContent.trim()); });
    });
  }

  // --- search: the folder's own index ---
  function search(form) {
    var conf = json(doc.querySelector("script.searchdata")), found = doc.querySelector("[data-found]"), hits = doc.querySelector("[data-hits]"), input = form.querySelector("input"), list = null;
    if (!conf || !window.pastLoad) { return; }
    function show() {
      var q = fold(input.value).split(/\s+/).filter(Boolean), out;
      hits.textContent = "";
      if (!q.length || !list) { found.textContent = ""; return; }
      out = list.filter(function (h) { return q.every(function (w) { return h.text.indexOf(w) >= 0; }); });
      found.textContent = out.length + (out.length === 1 ? " entry holds" : " entries hold") + " every word" + (out.length > 60 ? ", the first 60 shown" : "") + ".";
      out.slice(0, 60).forEach(function (h) {
        var li = el("li");
        li.appendChild(el("a", { href: h.p }, h.n));
        li.appendChild(el("span", { "class": "under" }, h.k + (h.t ? " · " + h.t : "")));
        hits.appendChild(li);
      });
    }
    window.pastSearch = function (raw) {
      list = raw;
      list.forEach(function (h) { h.text = fold(h.n + " " + h.k + " " + (h.t || "") + " " + (h.w || "")); });
      show();
    };
    input.value = new URLSearchParams(location.search).get("q") || "";
    input.addEventListener("input", show);
    form.addEventListener("submit", function (ev) { ev.preventDefault(); show(); });
    window.pastLoad(conf.file, conf.sum, function (ok) { if (!ok) { found.textContent = "The search index could not be read."; } });
  }
  function searchBoxes() {
    all("form.search").forEach(function (f) {
      if (f.hasAttribute("data-search")) { search(f); return; }
      f.addEventListener("submit", function (ev) { ev.preventDefault(); location.href = f.getAttribute("action") + "?q=" + encodeURIComponent(f.querySelector("input").value); });
    });
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

  // --- rows of folded tables: those that hold every word stay ---
  function rowSearch(panel) {
    var input = panel.querySelector("[data-q]"), found = doc.querySelector("[data-found]"), was = found.textContent;
    var rows = all("details.rows tbody tr").map(function (tr) { return { tr: tr, text: fold(tr.textContent), hit: true }; });
    panel.hidden = false;
    input.addEventListener("input", function () {
      var q = fold(input.value).split(/\s+/).filter(Boolean), n = 0;
      rows.forEach(function (r) {
        r.hit = q.every(function (w) { return r.text.indexOf(w) >= 0; });
        r.tr.hidden = !r.hit;
        n += r.hit ? 1 : 0;
      });
      all("details.rows").forEach(function (d) {
        d.open = q.length > 0 && rows.some(function (r) { return r.hit && d.contains(r.tr); });
      });
      found.textContent = q.length ? n + (n === 1 ? " row" : " rows") + " of this page " + (n === 1 ? "holds" : "hold") + " every word. " + was : was;
    });
  }

  // what a link leads to is shown, also where it is folded
  function unfold() {
    var e = location.hash.length > 1 && doc.getElementById(decodeURIComponent(location.hash.slice(1))), d;
    if (!e) { return; }
    d = e.classList.contains("effect") && e.querySelector("details");
    if (d) { d.open = true; }
    for (d = e; d; d = d.parentElement) { if (d.tagName === "DETAILS") { d.open = true; } }
    e.scrollIntoView();
  }

  function start() {
    all("figure.fg").forEach(function (f) { if (f.querySelector(".draw")) { toolbar(f); hover(f); } });
    all("figure.fg").forEach(function (f) { var w = json(f.querySelector("script.work")); if (w) { pastForest(f, w, fixed); } });
    copyButtons(); pngButtons();
    searchBoxes();
    all("[data-filters]").forEach(trials);
    all("[data-rowsearch]").forEach(rowSearch);
    unfold();
    window.addEventListener("hashchange", unfold);
    root.classList.add("ready");
  }
  doc.addEventListener("keydown", function (ev) { if (ev.key === "Escape") { hideTip(); } });
  if (doc.readyState === "loading") { doc.addEventListener("DOMContentLoaded", start); } else { start(); }
})();
