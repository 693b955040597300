# The workloads of `go test -bench` in metafor and clubSandwich: prints
# "name seconds" lines of processor time, the least of several runs. Data follow the recipe of
# the Go benchmarks (same sizes and spreads, another random generator).
# FULL=1 adds the slow ones: k = 4000 and all subsets of 13 studies, large CHE.
suppressPackageStartupMessages({library(metafor); library(clubSandwich)})
full <- Sys.getenv("FULL") == "1"
simulated <- function(k) {
  set.seed(k)
  v <- 0.02 * exp(0.8 * rnorm(k))
  list(y = 0.3 + sqrt(v + 0.1) * rnorm(k), v = v)
}
cpu_time <- function(run, times = 5) {
  min(replicate(times, { t <- system.time(run()); t[["user.self"]] + t[["sys.self"]] }))
}
# a workload that R cannot do here is left out of the table
show <- function(name, seconds) tryCatch({ cat(sprintf("%s %.6f\n", name, seconds)); flush(stdout()) }, error = function(e) message(name, ": ", conditionMessage(e)))
repeated <- function(name, n, run) show(name, cpu_time(function() for (i in seq_len(n)) run()) / n)

d <- simulated(20)
repeated("BenchmarkFitREMLKnHa/k=20", 50, function() predict(rma(d$y, d$v, method = "REML", test = "knha")))
d1 <- simulated(1000)
show("BenchmarkFitREMLKnHa/k=1000", cpu_time(function() predict(rma(d1$y, d1$v, method = "REML", test = "knha")), 3))
h <- simulated(100); fit <- rma(h$y, h$v)
knha <- rma(h$y, h$v, test = "knha")
repeated("BenchmarkQProfile100", 10, function() confint(fit))
show("BenchmarkDiagnostics100/leave-one-out", cpu_time(function() leave1out(knha), 3))
show("BenchmarkDiagnostics100/influence", cpu_time(function() influence(knha), 3))
show("BenchmarkDiagnostics100/cumulative", cpu_time(function() cumul(knha), 3))
show("BenchmarkSelection3Parameters100", cpu_time(function() selmodel(rma(h$y, h$v, method = "ML"), type = "stepfun", steps = 0.025, alternative = "greater"), 3))
show("BenchmarkPermutations1000", cpu_time(function() permutest(rma(d$y, d$v, test = "knha"), iter = 1000, progbar = FALSE), 1))
for (n in if (full) c(120, 400, 1200) else 120) {
  c1 <- simulated(n); dat <- data.frame(y = c1$y, v = c1$v, study = rep(seq_len(ceiling(n / 4)), each = 4)[seq_len(n)], es = seq_len(n))
  V <- impute_covariance_matrix(dat$v, cluster = dat$study, r = 0.6)
  show(sprintf("BenchmarkCHE/%d", n), cpu_time(function() coef_test(rma.mv(y, V, random = ~ 1 | study / es, data = dat), vcov = "CR2"), 1))
}
if (full) {
  g <- simulated(13)
  show("BenchmarkGOSH/REML/subsets=2^13", cpu_time(function() gosh(rma(g$y, g$v), progbar = FALSE), 1))
  f <- simulated(4000)
  show("BenchmarkFitREMLKnHa/k=4000", cpu_time(function() rma(f$y, f$v, method = "REML", test = "knha"), 1))
}
