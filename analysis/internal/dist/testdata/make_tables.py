#!/usr/bin/env python3
"""Write reference.csv: distribution values computed by mpmath with 32 digits.

Needs mpmath; run by hand, the table is committed. Columns: function, its
arguments (empty when it has fewer than three), value rounded to 17 digits.
"""
import csv, sys
from mpmath import mp, mpf, gammainc, erfc, log, sqrt, gamma, loggamma, beta, exp, findroot, inf

mp.dps = 32

def ibeta(a, b, x, y):
    """Lower tail of beta(a, b) at x, y = 1 - x: the continued fraction
    (Abramowitz & Stegun 26.5.8), evaluated backwards with more and more terms."""
    if x > (a + 1) / (a + b + 2): return 1 - ibeta(b, a, y, x)
    last, m = mpf(0), 32
    while True:
        f = mpf(0)
        for i in range(m, 0, -1):
            k = i // 2
            if i % 2: t = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
            else: t = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
            f = t / (1 + f)
        v = 1 / (1 + f)
        if abs(v - last) < abs(v) * mpf(10) ** -(mp.dps - 4): break
        last, m = v, 2 * m
    return v * exp(a * log(x) + b * log(y) - loggamma(a) - loggamma(b) + loggamma(a + b)) / a
for a, b, x in [('0.5', '4', '0.3'), ('7', '2.5', '0.8'), ('30', '40', '0.6')]:  # the fraction against quadrature
    a, b, x = mpf(a), mpf(b), mpf(x)
    q = mp.quad(lambda t: t ** (a - 1) * (1 - t) ** (b - 1), [0, x / 8, x / 2, x]) / beta(a, b)
    assert abs(ibeta(a, b, x, 1 - x) / q - 1) < mpf('1e-15'), (a, b, x)

def igammas(a, x):
    """Lower and upper tail of gamma(a): series below the mean, the continued
    fraction of the upper tail (backwards, more and more terms) above it."""
    front = exp(a * log(x) - x - loggamma(a))
    if x < a + 1:
        term, s, n = 1 / a, 1 / a, 0
        while term > s * mpf(10) ** -(mp.dps + 2):
            n += 1
            term *= x / (a + n)
            s += term
        return front * s, 1 - front * s
    last, m = mpf(0), 40
    while True:
        f = mpf(0)
        for i in range(m, 0, -1): f = i * (i - a) / (x + 2 * i + 1 - a - f)
        v = 1 / (x + 1 - a - f)
        if abs(v - last) < abs(v) * mpf('1e-28'): return 1 - front * v, front * v
        last, m = v, 2 * m
for a, x in [('0.5', '0.3'), ('7', '9.5'), ('30', '12'), ('2.2', '11')]:
    a, x = mpf(a), mpf(x)
    assert abs(igammas(a, x)[0] / gammainc(a, 0, x, regularized=True) - 1) < mpf('1e-24'), (a, x)

def norm_sf(x): return erfc(x / sqrt(mpf(2))) / 2
def t_two(t, df):  # P(|T| > t)
    return ibeta(df / 2, mpf(1) / 2, df / (df + t * t), t * t / (df + t * t))
def t_central(t, df): return ibeta(mpf(1) / 2, df / 2, t * t / (df + t * t), df / (df + t * t))
def t_sf(t, df): return t_two(t, df) / 2 if t >= 0 else 1 - t_two(t, df) / 2
def chi_sf(x, df): return igammas(df / 2, x / 2)[1]
def chi_cdf(x, df): return igammas(df / 2, x / 2)[0]
def f_sf(x, a, b): return ibeta(b / 2, a / 2, b / (b + a * x), a * x / (b + a * x))

def root(tail, p, lo, hi):
    """ln x by bisection at 15 digits, then secant steps in full precision."""
    lo, hi, full = log(lo), log(hi), mp.dps
    mp.dps = 15
    for _ in range(34):
        m = (lo + hi) / 2
        if tail(exp(m)) < p: lo = m
        else: hi = m
    mp.dps = full
    f = lambda u: log(abs(tail(exp(u)))) - log(abs(p))
    u0, u1 = lo, hi
    f0, f1 = f(u0), f(u1)
    for _ in range(7):
        if f1 == f0 or abs(u1 - u0) < mpf('1e-22'): break
        u0, f0, u1 = u1, f1, u1 - f1 * (u1 - u0) / (f1 - f0)
        f1 = f(u1)
    assert abs(f1) < mpf('1e-18'), (p, f1)
    return exp(u1)

rows = []
def put(name, *args):
    *a, v = args
    a = [mp.nstr(x, 17) if not isinstance(x, str) else x for x in a] + [''] * (3 - len(a))
    rows.append([name, *a, mp.nstr(v, 18, min_fixed=0, max_fixed=0)])
def d(s): return mpf(float(s))  # the double that Go will read

for x in ['0', '1e-8', '0.3', '1', '1.9599639845400545', '3', '5', '8.3', '12', '30', '37']:
    x = d(x)
    put('NormSF', x, norm_sf(x)); put('NormCDF', -x, norm_sf(x)); put('NormPDF', x, exp(-x * x / 2) / sqrt(2 * mp.pi))
for p in ['1e-300', '1e-100', '1e-20', '1e-10', '1e-5', '0.001', '0.025', '0.2', '0.4999', '0.5', '0.7', '0.975', '0.995', '0.99999']:
    p = d(p)
    q = min(p, 1 - p)
    z = mpf(0) if q == mpf(1)/2 else findroot(lambda z: log(norm_sf(z)) - log(q), sqrt(-2 * log(q)) - mpf('0.3') if q < 0.01 else mpf(1) - q*2)
    put('NormQuantile', p, -z if p < mpf(1)/2 else z)

dfs = ['0.5', '1', '2', '2.7', '4', '11', '30', '123.45', '1000', '99999', '150000']
for df in map(d, dfs):
    for t in map(d, ['1e-10', '0.001', '0.4', '1.3', '2.2', '4.5', '10', '60', '1e6']):
        put('TTwoSided', -t, df, t_two(t, df))
for df in map(d, ['0.5', '1', '2', '2.7', '5', '11', '30', '1000']):
    for p in map(d, ['1e-10', '1e-4', '0.025', '0.3', '0.49999999', '0.50000001', '0.6', '0.975', '0.995', '0.9999']):
        if p < 0.5: t = -root(lambda t: t_central(t, df), 1 - 2 * p, mpf('1e-9'), mpf('1e25'))
        else: t = root(lambda t: t_central(t, df), 2 * p - 1, mpf('1e-9'), mpf('1e25'))
        put('TQuantile', p, df, t)
for df in map(d, ['0.3', '1', '2', '3', '7.5', '19', '100', '999', '20000']):
    for r in map(d, ['0.001', '0.05', '0.4', '0.9', '1', '1.2', '2', '5', '20']):
        x = d(float(df * r))
        put('ChiSqCDF', x, df, chi_cdf(x, df)); put('ChiSqSF', x, df, chi_sf(x, df))
    for p in map(d, ['1e-30', '1e-8', '0.001', '0.025', '0.5', '0.9', '0.975', '0.9999']):
        if df <= 1000: put('ChiSqQuantile', p, df, root(lambda x: chi_cdf(x, df), p, mpf('1e-220'), mpf('1e6')))
    for p in map(d, ['1e-30', '1e-12', '0.01']):
        if df <= 1000: put('ChiSqUpperQuantile', p, df, root(lambda x: -chi_sf(x, df), -p, mpf('1e-20'), mpf('1e6')))
for x, a, r in [('0.01', '0.2', '3'), ('2', '5.5', '1.5'), ('400', '380', '1'), ('1e-5', '1e-4', '1')]:
    x, a, r = d(x), d(a), d(r)
    put('GammaCDF', x, a, r, igammas(a, x * r)[0]); put('GammaSF', x, a, r, igammas(a, x * r)[1])
for a, b in [('1', '5'), ('2', '12'), ('3', '3.3'), ('10', '40'), ('7', '1000'), ('0.5', '4'), ('120', '1.5'), ('3', '200000')]:
    a, b = d(a), d(b)
    for x in map(d, ['1e-4', '0.2', '0.8', '1.1', '2.5', '6', '30', '1000']):
        put('FSF', x, a, b, f_sf(x, a, b))
for a, b in [('0.5', '0.5'), ('1', '3'), ('2', '2'), ('5', '80'), ('0.016', '100'), ('300', '20.5'), ('40000', '50000')]:
    a, b = d(a), d(b)
    for x in map(d, ['1e-9', '0.01', '0.06', '0.3', '0.44', '0.6', '0.93', '0.999']):
        put('BetaCDF', x, a, b, ibeta(a, b, x, 1 - x))
for k, m in [('0', '2.5'), ('3', '2.5'), ('200', '150'), ('10', '300')]:
    k, m = d(k), d(m)
    put('PoissonPMF', k, m, exp(-m) * m ** k / gamma(k + 1))
for x in ['1e-5', '0.1', '0.5', '1', '2.5', '9.9', '12', '300', '1e7']:
    x = d(x)
    put('LogGamma', x, loggamma(x))
for a, b in [('0.5', '0.5'), ('0.001', '3'), ('20', '30'), ('0.5', '1e6'), ('1e5', '2e5'), ('3', '12')]:
    a, b = d(a), d(b)
    put('LogBeta', a, b, loggamma(a) + loggamma(b) - loggamma(a + b))
for n, k in [('10', '3'), ('1000', '500'), ('7.5', '2.25')]:
    n, k = d(n), d(k)
    put('LogChoose', n, k, loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1))

w = csv.writer(open('reference.csv', 'w', newline=''), lineterminator='\n')
w.writerow(['function', 'a', 'b', 'c', 'value'])
w.writerows(rows)
