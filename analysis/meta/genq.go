package meta

// GENQ: tau2 = (Q_a - tr(P_a V)) / tr(P_a) with given weights a
// (DerSimonian & Kacker 2007, eq. 6; Jackson et al. 2014).
const GENQ Method = "GENQ"

func init() { register(estimator{name: GENQ, fit: byMoments(GENQ)}) }
