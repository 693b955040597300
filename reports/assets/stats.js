// Statistics of the "exploring" panel: random effects by REML with the
// Knapp-Hartung interval, for models without moderators. Published numbers
// never come from here.
var pastStats = (function () {
  "use strict";

  // logGamma: Lanczos approximation (g = 7, 9 terms), about 15 digits.
  var lanczos = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
  function logGamma(x) {
    if (x < 0.5) { return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x); }
    x -= 1;
    var a = lanczos[0], t = x + 7.5, i;
    for (i = 1; i < 9; i++) { a += lanczos[i] / (x + i); }
    return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(a);
  }

  // betaInc: regularised incomplete beta by its continued fraction (Lentz).
  function betaInc(x, a, b) {
    if (x <= 0) { return 0; }
    if (x >= 1) { return 1; }
    if (x > (a + 1) / (a + b + 2)) { return 1 - betaInc(1 - x, b, a); }
    var tiny = 1e-300, c = 1, d = 1 - (a + b) * x / (a + 1), h, m, num, step;
    if (Math.abs(d) < tiny) { d = tiny; }
    d = 1 / d; h = d;
    for (m = 1; m < 500; m++) {
      num = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 + num * d; if (Math.abs(d) < tiny) { d = tiny; }
      c = 1 + num / c; if (Math.abs(c) < tiny) { c = tiny; }
      d = 1 / d; h *= d * c;
      num = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 + num * d; if (Math.abs(d) < tiny) { d = tiny; }
      c = 1 + num / c; if (Math.abs(c) < tiny) { c = tiny; }
      d = 1 / d; step = d * c; h *= step;
      if (Math.abs(step - 1) < 1e-15) { break; }
    }
    return Math.exp(a * Math.log(x) + b * Math.log(1 - x) - logGamma(a) - logGamma(b) + logGamma(a + b)) * h / a;
  }

  // tTwoSided: P(|T| > t) on df degrees of freedom.
  function tTwoSided(t, df) { return betaInc(df / (df + t * t), df / 2, 0.5); }

  // tQuantile: the t with P(|T| > t) = 0.05, by bisection on a log scale.
  function tQuantile(df) {
    var lo = 1.9, hi = 13, i, mid;
    for (i = 0; i < 200 && hi - lo > 1e-14 * hi; i++) {
      mid = (lo + hi) / 2;
      if (tTwoSided(mid, df) > 0.05) { lo = mid; } else { hi = mid; }
    }
    return (lo + hi) / 2;
  }

  function at(y, v, tau2) {
    var k = y.length, sw = 0, swy = 0, sw2 = 0, sw3 = 0, i, w, mu, r, q = 0, q2 = 0, ll = 0;
    for (i = 0; i < k; i++) { w = 1 / (v[i] + tau2); sw += w; swy += w * y[i]; sw2 += w * w; sw3 += w * w * w; }
    mu = swy / sw;
    for (i = 0; i < k; i++) { w = 1 / (v[i] + tau2); r = y[i] - mu; q += w * r * r; q2 += w * w * r * r; ll -= 0.5 * Math.log(v[i] + tau2); }
    return { mu: mu, sw: sw, sw2: sw2, sw3: sw3, q: q, q2: q2, ll: ll - 0.5 * Math.log(sw) - 0.5 * q };
  }

  // score: derivative of the restricted log-likelihood with respect to tau2:
  // -tr(P)/2 + y'PPy/2 with P = W - W11'W/sw.
  function score(y, v, tau2) {
    var f = at(y, v, tau2);
    return -0.5 * (f.sw - f.sw2 / f.sw) + 0.5 * f.q2;
  }

  // reml: the tau2 that maximises the restricted likelihood. Every root of the
  // score is bracketed on a grid and bisected; the best of them and of the
  // boundary 0 is taken.
  function reml(y, v) {
    var k = y.length, i, mean = 0, s2 = 0, vmax = 0, top, grid = [0], best = 0, bestLL = at(y, v, 0).ll, a, b, fa, fm, m, n, ll;
    for (i = 0; i < k; i++) { mean += y[i] / k; vmax = Math.max(vmax, v[i]); }
    for (i = 0; i < k; i++) { s2 += (y[i] - mean) * (y[i] - mean) / (k - 1); }
    top = 20 * (s2 + vmax) + 1e-8;
    for (i = 0; i <= 160; i++) { grid.push(top * Math.pow(10, -12 + 12 * i / 160)); }
    for (i = 0; i + 1 < grid.length; i++) {
      a = grid[i]; b = grid[i + 1]; fa = score(y, v, a);
      if (fa > 0 && score(y, v, b) <= 0) {
        for (n = 0; n < 200 && b - a > 1e-15 * (1e-12 + b); n++) {
          m = (a + b) / 2; fm = score(y, v, m);
          if (fm > 0) { a = m; } else { b = m; }
        }
        ll = at(y, v, (a + b) / 2).ll;
        if (ll > bestLL) { best = (a + b) / 2; bestLL = ll; }
      }
    }
    return best;
  }

  // fit: the pooled effect of y with variances v. guarded says that the
  // Knapp-Hartung interval is narrower than the common-effect one; glo and ghi
  // are then those with the scale factor held at 1 or above. test is "knha" or "z".
  function fit(y, v, test) {
    var k = y.length, z = 1.959963984540054, r = { k: k };
    if (k === 0) { return r; }
    if (k === 1) {
      r.est = y[0]; r.se = Math.sqrt(v[0]); r.lo = r.est - z * r.se; r.hi = r.est + z * r.se;
      return r;
    }
    r.tau2 = reml(y, v);
    var f = at(y, v, r.tau2), c = at(y, v, 0);
    r.est = f.mu; r.q = c.q; r.i2 = c.q > k - 1 ? 100 * (c.q - (k - 1)) / c.q : 0;
    r.weights = v.map(function (x) { return 100 / (x + r.tau2) / f.sw; });
    r.classicSE = Math.sqrt(1 / f.sw);
    if (test === "z") {
      r.se = r.classicSE; r.lo = r.est - z * r.se; r.hi = r.est + z * r.se;
      return r;
    }
    r.se = Math.sqrt(f.q / (k - 1) / f.sw);
    var t = tQuantile(k - 1), common = z * Math.sqrt(1 / c.sw);
    r.lo = r.est - t * r.se; r.hi = r.est + t * r.se;
    r.guarded = t * r.se < common;
    var gse = r.guarded ? Math.max(r.se, r.classicSE) : r.se;
    r.glo = r.est - t * gse; r.ghi = r.est + t * gse;
    return r;
  }

  return { fit: fit, tQuantile: tQuantile, tTwoSided: tTwoSided, reml: reml };
})();
