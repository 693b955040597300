# Writes escalc.csv: effect sizes and variances by metafor 3.8-1 (R 4.2.2) for
# measures and variance types on small tables made for this purpose.
# Run by hand: Rscript escalc.R
suppressMessages(library(metafor))
tab <- data.frame(ai = c(4, 6, 0, 12, 5, 0), n1i = c(20, 31, 15, 12, 40, 9), ci = c(7, 9, 3, 8, 0, 0), n2i = c(22, 30, 16, 12, 41, 8))
mea <- data.frame(m1i = c(12.1, 8.4, 5.5, 20.3), sd1i = c(3.1, 2.2, 4.0, 6.6), n1i = c(20, 9, 3, 151),
                  m2i = c(10.4, 9.9, 4.1, 18.8), sd2i = c(2.8, 3.5, 2.5, 7.1), n2i = c(24, 8, 4, 149))
one <- data.frame(xi = c(0, 3, 17, 10), ni = c(12, 25, 40, 10))
per <- data.frame(xi = c(0, 4, 30), ti = c(11.5, 100, 812.25))
pe2 <- data.frame(x1i = c(0, 4, 30, 0), t1i = c(11.5, 100, 812.25, 5), x2i = c(2, 9, 12, 0), t2i = c(13, 95.5, 640, 6))
cor <- data.frame(ri = c(0.5, -0.2, 0.93, 0, 0.31), ni = c(30, 5, 9, 12, 200))
pre <- data.frame(m1i = c(30.1, 22.4, 15), m2i = c(24.2, 23, 9.5), sd1i = c(6.6, 5.2, 4), sd2i = c(7.3, 5.5, 3.1), ni = c(18, 7, 60), ri = c(0.4, 0.75, -0.1))
alp <- data.frame(ai = c(0.93, 0.5, -0.1), mi = c(20, 5, 3), ni = c(103, 40, 12))
mn1 <- data.frame(mi = c(12, 0.4, 33), sdi = c(3, 0.9, 8), ni = c(10, 4, 75))
out <- NULL
add <- function(set, dat, measure, vtype = "LS", ...) {
  a <- list(...)
  r <- suppressWarnings(do.call(escalc, c(list(measure = measure, vtype = vtype, data = dat, append = FALSE), lapply(setNames(names(dat), names(dat)), as.name), a)))
  for (i in seq_len(nrow(r)))
    out <<- rbind(out, data.frame(set = set, measure = measure, vtype = vtype, add = if (is.null(a$add)) NA else a$add, to = if (is.null(a$to)) "" else a$to,
      drop00 = isTRUE(a$drop00), row = i, yi = format(as.numeric(r$yi[i]), digits = 17), vi = format(as.numeric(r$vi[i]), digits = 17)))
}
for (m in c("OR", "RR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "PBIT", "OR2D", "OR2DN", "OR2DL")) {
  add("tab", tab, m); add("tab", tab, m, add = 0.25, to = "all"); add("tab", tab, m, to = "if0all", add = 0.5); add("tab", tab, m, to = "none"); add("tab", tab, m, drop00 = TRUE)
}
for (v in c("UB", "AV")) add("tab", tab, "RD", v)
for (v in c("ST", "CS")) add("tab", tab, "PHI", v)
for (m in c("MD", "SMD", "SMDH", "SMD1", "SMD1H", "ROM", "CVR", "VR", "RPB", "RBIS", "D2OR", "D2ORN", "D2ORL")) add("mea", mea, m)
for (v in c("UB", "HO")) add("mea", mea, "MD", v)
for (v in c("LS2", "UB", "AV")) { add("mea", mea, "SMD", v); add("mea", mea, "SMD1", v) }
add("mea", mea, "SMDH", "LS2")
for (v in c("HO", "AV", "AVHO")) add("mea", mea, "ROM", v)
for (v in c("ST", "CS")) add("mea", mea, "RPB", v)
for (m in c("PR", "PLN", "PLO", "PAS", "PFT")) { add("one", one, m); add("one", one, m, add = 0.5, to = "all"); add("one", one, m, to = "none") }
for (v in c("UB", "AV")) add("one", one, "PR", v)
for (m in c("PLN", "PLO")) add("one", one, m, "AV")
for (m in c("IR", "IRLN", "IRS", "IRFT")) { add("per", per, m); add("per", per, m, add = 0.5, to = "all") }
for (m in c("IRR", "IRD", "IRSD")) { add("pe2", pe2, m); add("pe2", pe2, m, drop00 = TRUE); add("pe2", pe2, m, to = "none") }
for (m in c("COR", "UCOR", "ZCOR")) add("cor", cor, m)
for (m in c("COR", "UCOR")) add("cor", cor, m, "AV")
add("cor", cor, "UCOR", "UB")
for (m in c("MC", "SMCC", "SMCR", "SMCRH", "ROMC", "CVRC", "VRC")) add("pre", pre, m)
for (m in c("SMCC", "SMCR")) add("pre", pre, m, "LS2")
for (m in c("ARAW", "AHW", "ABT")) add("alp", alp, m)
for (m in c("MN", "MNLN", "CVLN", "SDLN", "SMN")) add("mn1", mn1, m)
write.csv(out, "escalc.csv", row.names = FALSE, quote = FALSE)
