// Package notify sends news of editions and refusals to channels: a command, a
// webhook, mail. Each message goes to each channel at most once ([Post]). When
// there is news is decided by package run.
package notify
