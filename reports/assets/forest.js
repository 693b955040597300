// The live forest plot: the same SVG with tick boxes, an order, and a slider for
// "as known in". Ticking refits by REML with the Knapp-Hartung interval and moves
// the diamond; the published one stays as an outline. Nothing here is published.
var pastForest = function (fig, data, fixed) {
  "use strict";
  var doc = document, ns = "http://www.w3.org/2000/svg", svgs = Array.prototype.slice.call(fig.querySelectorAll("svg.wide,svg.narrow"));
  var on = {}, order = "", bar = doc.createElement("div"), said, list = data.effects;
  if (!list || list.length < 3 || !svgs.length) { return; }
  list.forEach(function (e) { on[e.k] = true; });
  function el(tag, attrs, text) {
    var e = doc.createElement(tag), k;
    for (k in attrs || {}) { e.setAttribute(k, attrs[k]); }
    if (text !== undefined) { e.textContent = text; }
    return e;
  }
  function shape(tag, attrs) {
    var e = doc.createElementNS(ns, tag), k;
    for (k in attrs) { e.setAttribute(k, attrs[k]); }
    return e;
  }
  function read(x) { return data.ratio ? Math.exp(x) : x; }
  function number(e, lo, hi) { return data.symbol + " " + fixed(read(e), 2) + " [" + fixed(read(lo), 2) + ", " + fixed(read(hi), 2) + "]"; }
  function row(svg, key) { return svg.querySelector('[data-k="' + key + '"]'); }
  function toggle(key) { on[key] = !on[key]; update(); }

  // --- tick boxes, in the room that the picture keeps ---
  svgs.forEach(function (svg) {
    var x = svg.getAttribute("data-x").split(" ").map(Number), total = row(svg, "total"), di = total && total.querySelector(".di");
    svg.past = { x: x, di: di, was: di && di.getAttribute("d"), rows: [] };
    if (di) {
      var was = shape("path", { "class": "dio", d: svg.past.was });
      was.style.display = "none";
      di.parentNode.insertBefore(was, di.nextSibling);
      svg.past.outline = was;
    }
    list.forEach(function (e) {
      var r = row(svg, e.k), hit = r && r.querySelector(".hit"), y, g;
      if (!hit) { return; }
      y = +hit.getAttribute("y") + (svg.classList.contains("wide") ? +hit.getAttribute("height") / 2 : 13);
      g = shape("g", { "class": "tickbox", role: "checkbox", tabindex: "0", "aria-checked": "true", "aria-label": "Include " + e.label });
      g.appendChild(shape("rect", { x: 1, y: y - 6.5, width: 13, height: 13, rx: 2 }));
      g.appendChild(shape("path", { d: "M4 " + y + "l3 3l5 -6" }));
      g.addEventListener("click", function (ev) { ev.preventDefault(); toggle(e.k); });
      g.addEventListener("keydown", function (ev) { if (ev.key === " " || ev.key === "Enter") { ev.preventDefault(); toggle(e.k); } });
      svg.appendChild(g);
      svg.past.rows.push({ e: e, r: r, box: g, y: +hit.getAttribute("y"), group: groupOf(r) });
    });
  });
  function groupOf(r) {
    var n = 0, p = r;
    while ((p = p.previousElementSibling)) { if (p.tagName === "g" && !p.hasAttribute("data-k")) { n++; } }
    return n;
  }

  // --- controls above the picture ---
  bar.className = "live";
  var sort = el("select", {}), label = el("label", {}, "Order "), years = list.map(function (e) { return e.year; }).filter(Boolean), slider, shown;
  [["", "as published"], ["year", "by year"], ["w", "by weight"], ["y", "by effect"], ["bias", "by risk of bias"]].forEach(function (o) { sort.appendChild(el("option", { value: o[0] }, o[1])); });
  sort.addEventListener("change", function () { order = sort.value; arrange(); });
  label.appendChild(sort); bar.appendChild(label);
  if (years.length === list.length) {
    var first = Math.min.apply(null, years), last = Math.max.apply(null, years);
    if (last > first) {
      label = el("label", {}, "As known in "); slider = el("input", { type: "range", min: first, max: last, value: last, step: 1 }); shown = el("span", {}, String(last));
      slider.addEventListener("input", function () {
        list.forEach(function (e) { on[e.k] = e.year <= +slider.value; });
        update();
      });
      label.appendChild(slider); label.appendChild(shown); bar.appendChild(label);
    }
  }
  var reset = el("button", { type: "button" }, "Back to the published finding");
  reset.addEventListener("click", function () {
    list.forEach(function (e) { on[e.k] = true; });
    if (slider) { slider.value = slider.max; }
    sort.value = order = ""; arrange(); update();
  });
  reset.hidden = true;
  bar.appendChild(reset);
  said = el("p", { role: "status", "class": "result" }, "Untick a study in the plot to see what the rest say." + (data.note ? " The plot then refits by REML with the Knapp-Hartung interval. " + data.note : ""));
  bar.appendChild(said);
  fig.insertBefore(bar, fig.querySelector(".draw"));

  // --- what changes ---
  function arrange() {
    svgs.forEach(function (svg) {
      var groups = {};
      svg.past.rows.forEach(function (r) { (groups[r.group] = groups[r.group] || []).push(r); });
      Object.keys(groups).forEach(function (k) {
        var slots = groups[k].map(function (r) { return r.y; }), sorted = groups[k].slice();
        if (svg.classList.contains("narrow") && order) { // rows of unequal height keep their places
          var h = groups[k].map(function (r) { return +r.r.querySelector(".hit").getAttribute("height"); });
          if (Math.max.apply(null, h) - Math.min.apply(null, h) > 1) { return; }
        }
        if (order) { sorted.sort(function (a, b) { return order === "w" ? b.e.w - a.e.w : a.e[order] - b.e[order]; }); }
        sorted.forEach(function (r, i) {
          var move = "translate(0 " + (slots[i] - r.y) + ")";
          r.r.setAttribute("transform", move); r.box.setAttribute("transform", move);
        });
      });
    });
  }
  function update() {
    var inn = list.filter(function (e) { return on[e.k]; }), whole = inn.length === list.length;
    var r = pastStats.fit(inn.map(function (e) { return e.y; }), inn.map(function (e) { return e.v; }), data.test), lo = r.guarded ? r.glo : r.lo, hi = r.guarded ? r.ghi : r.hi;
    reset.hidden = whole;
    if (shown) { shown.textContent = slider.value; }
    svgs.forEach(function (svg) {
      var p = svg.past, at = function (v) { var x = p.x; return x[2] + (Math.max(x[0], Math.min(x[1], v)) - x[0]) / (x[1] - x[0]) * (x[3] - x[2]); };
      p.rows.forEach(function (q) { q.r.classList.toggle("off", !on[q.e.k]); q.box.setAttribute("aria-checked", on[q.e.k] ? "true" : "false"); });
      if (!p.di) { return; }
      p.outline.style.display = whole ? "none" : "";
      if (whole || !inn.length) { p.di.setAttribute("d", p.was); p.di.style.display = inn.length ? "" : "none"; return; }
      var n = p.was.match(/-?[\d.]+/g).map(Number), y = n[1], half = Math.abs(n[3] - y) || 7;
      p.di.style.display = "";
      p.di.setAttribute("d", "M" + at(lo) + " " + y + "L" + at(r.est) + " " + (y - half) + "L" + at(hi) + " " + y + "L" + at(r.est) + " " + (y + half) + "Z");
    });
    said.textContent = "";
    if (whole) { said.textContent = "All studies: the published finding."; } else {
      said.appendChild(el("span", { "class": "flag" }, "Exploring, not published. "));
      said.appendChild(doc.createTextNode(!inn.length ? "No study is left." : (inn.length === 1 ? "One study, not a meta-analysis: " : inn.length + " studies: ") + number(r.est, lo, hi) +
        (inn.length > 1 ? (r.guarded ? ", guarded" : "") + "; τ² " + fixed(r.tau2, 3) + ", I² " + fixed(r.i2, 0) + "%" : "") + ". Dashed: as published. " + data.note));
    }
    ["est", "lo", "hi", "tau2", "glo", "ghi"].forEach(function (k) { said.setAttribute("data-" + k, r[k] === undefined ? "" : r[k]); });
  }
};
