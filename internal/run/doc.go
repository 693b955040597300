// Package run runs things in order and keeps record of it: the stages that derive
// rows, as make does ([Stages]); whole cycles from crawl to publication ([Cycle]),
// on a schedule ([Keeper]); and the records of runs ([Begin]). What a stage does
// is in package pipeline, what an edition is and whether it may be published in
// edition, how news is sent in run/notify.
package run
