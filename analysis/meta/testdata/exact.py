"""Writes exact.csv: figures computed to 60 digits for data on which double
precision is hard or metafor 3.8-1 is not exact (it centres the effects also in
models whose columns do not span a constant, and may stop at a local maximum).

    python3 exact.py > exact.csv          (needs mpmath)

One number a line: case, quantity, index (1-based), value.
"""
from mpmath import mp, mpf, matrix, log, sqrt, lu_solve, det, inverse

mp.dps = 60

def put(case, q, xs):
    for i, x in enumerate(xs if isinstance(xs, list) else [xs]):
        print(f"{case},{q},{i + 1},{mp.nstr(mpf(x), 20, min_fixed=1, max_fixed=0)}")

class Fit:
    def __init__(self, y, v, X):
        # the doubles that a program reads, exactly
        self.y = matrix([mpf(float(a)) for a in y])
        self.v = [mpf(float(a)) for a in v]
        self.X = matrix([[mpf(float(c)) for c in r] for r in X])
        self.k, self.p = self.X.rows, self.X.cols

    def P(self, w):
        W = mp.diag(w)
        self.M = inverse(self.X.T * W * self.X)
        return W - W * self.X * self.M * self.X.T * W

    def w(self, t): return [1 / (a + t) for a in self.v]

    def Q(self, t): return (self.y.T * self.P(self.w(t)) * self.y)[0]

    def trace(self, A): return sum(A[i, i] for i in range(A.rows))

    def score(self, t, reml):
        P = self.P(self.w(t))
        Py = P * self.y
        return (Py.T * Py)[0] - (self.trace(P) if reml else sum(self.w(t)))

    def ll(self, t, reml):
        w = self.w(t)
        x = -(sum(log(a + t) for a in self.v) + self.Q(t)) / 2
        if not reml:
            return x - self.k * log(2 * mp.pi) / 2
        x -= log(det(self.X.T * mp.diag(w) * self.X)) / 2
        return x + log(det(self.X.T * self.X)) / 2 - (self.k - self.p) * log(2 * mp.pi) / 2

    def bisect(self, f, a, b):
        for _ in range(220):
            m = (a + b) / 2
            if f(m) > 0: a = m
            else: b = m
        return (a + b) / 2

    def maxima(self, reml):
        """Every local maximum, by a scan fine enough to see them all."""
        f = lambda t: self.score(t, reml)
        out = [mpf(0)] if f(mpf(0)) <= 0 else []
        a, t = mpf(0), min(self.v) / 64
        top = 4 * (max(self.v) + max(abs(x) for x in self.y) ** 2 * self.k)
        while a < top:
            if f(a) > 0 and f(t) <= 0: out.append(self.bisect(f, a, t))
            a, t = t, t * mpf("1.15")
        return out

    def best(self, reml):
        return max(self.maxima(reml), key=lambda t: self.ll(t, reml))

    def root(self, target):
        if self.Q(mpf(0)) <= target: return mpf(0)
        b = mpf(1e-30)
        while self.Q(b) > target: b *= 2
        return self.bisect(lambda t: self.Q(t) - target, b / 2 if b > 1e-29 else mpf(0), b)

def run(name, y, v, X=None):
    f = Fit(y, v, X or [[1]] * len(y))
    k, p = f.k, f.p
    put(name, "yi", list(f.y)); put(name, "vi", f.v)
    for j in range(p): put(name, f"x{j + 1}", [f.X[i, j] for i in range(k)])
    P0 = f.P(f.w(mpf(0)))
    q = (f.y.T * P0 * f.y)[0]
    put(name, "qe", q)
    put(name, "dl", max(mpf(0), (q - (k - p)) / f.trace(P0)))
    put(name, "dl_se0", sqrt(2 * mpf(k - p)) / f.trace(P0))
    put(name, "typical", (k - p) / f.trace(P0))
    pm = f.root(mpf(k - p)); put(name, "pm", pm)
    ml = f.best(False); put(name, "ml", ml); put(name, "ml_maxima", len(f.maxima(False)))
    r = f.best(True); put(name, "reml", r); put(name, "reml_maxima", len(f.maxima(True)))
    P = f.P(f.w(r))
    put(name, "reml_se_tau2", sqrt(2 / f.trace(P * P)))
    b = f.M * f.X.T * mp.diag(f.w(r)) * f.y
    put(name, "reml_beta", list(b)); put(name, "reml_se", [sqrt(f.M[j, j]) for j in range(p)])
    put(name, "reml_ll", f.ll(r, True)); put(name, "ml_ll", f.ll(ml, False))
    he = f.trace((mp.eye(k) - f.X * inverse(f.X.T * f.X) * f.X.T))
    H = mp.eye(k) - f.X * inverse(f.X.T * f.X) * f.X.T
    put(name, "he", max(mpf(0), ((f.y.T * H * f.y)[0] - sum(H[i, i] * f.v[i] for i in range(k))) / he))

print("case,quantity,index,value")
run("variances_1e-12_to_1e2", [0.3, 0.9, -1.1, 5, 0.31, 0.2], [1e-12, 0.04, 0.3, 100, 1e-7, 2])
run("two_precise_many_vague", [1.25, 1.2500003, 3, -2, 8, 1], [1e-12, 3e-12, 50, 100, 80, 60])
run("large_offset", [1e6 + 0.001, 1e6 + 0.0035, 1e6 - 0.002, 1e6 + 0.0001], [1e-6, 2e-6, 1.5e-6, 3e-6])
run("two_maxima_best_at_zero", [-0.1, -1.54, -0.5, -0.65, -0.22, -11.1, -0.05], [1.877, 4.487, 0.008, 0.032, 0.394, 6.958, 24.358])
run("two_maxima_best_inside", [3.63, -8.65, -3.92, 3.63], [0.267, 37.216, 7.318, 0.07])
run("two_maxima", [-4.36, 1.52, -6.61, 3.44, 1.17, 4.11, 1.96], [5.226, 0.141, 75.472, 1.194, 0.547, 1.142, 0.001])
run("near_the_boundary", [0.1, 0.5, 0.30001, 0.72, -0.1], [0.05, 0.06, 0.07, 0.08, 0.0905])
run("no_intercept", [-0.89, -1.59, -1.35, -1.44, -0.22, -0.79, -1.62, 0.01],
    [0.33, 0.19, 0.42, 0.02, 0.05, 0.007, 0.22, 0.004], [[44], [55], [42], [52], [13], [44], [19], [13]])
run("precise_study_in_regression", [0.2, 0.9, 1.4, 0.1, 2.2, 1.7], [1e-12, 0.1, 0.2, 50, 0.3, 100],
    [[1, 2000], [1, 2003], [1, 2007], [1, 2001], [1, 2012], [1, 2009]])
run("precise_study_alone_in_its_group", [0.2, 0.9, 1.4, 0.1, 2.2], [1e-12, 0.1, 0.2, 0.15, 0.3],
    [[1, 0], [0, 1], [0, 1], [0, 1], [0, 1]])
