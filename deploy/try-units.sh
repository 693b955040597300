#!/usr/bin/env bash
# Tries the ready-made units on this machine without installing anything:
# systemd's own checker and its security review read the services and the timer,
# and a real cron daemon, in mount and process namespaces of its own, runs the
# line of past.cron as an unprivileged user against a register on loopback. What
# can not be tried here is named.
#   bash deploy/try-units.sh
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
daemon=""
cleanup() {
	# unshare does not heed the softer signal, nor does the first process of a
	# namespace.
	[ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || true
	rm -rf "$tmp"
}
trap cleanup EXIT
chmod 755 "$tmp"
go build -trimpath -buildvcs=false -o "$tmp/past" .

if command -v systemd-analyze >/dev/null; then
	# The checker wants the program where ExecStart names it.
	for unit in deploy/past-*.service deploy/past-*.timer; do
		sed "s#/usr/local/bin/past#$tmp/past#" "$unit" >"$tmp/${unit##*/}"
	done
	said=$(systemd-analyze verify --man=no "$tmp"/past-*.service "$tmp"/past-*.timer 2>&1) || {
		echo "$said" >&2
		exit 1
	}
	[ -z "$said" ] || { echo "$said" >&2; exit 1; }
	for unit in past-refresh past-serve; do
		systemd-analyze security --offline=yes --threshold=18 --no-pager "$tmp/$unit.service" | tail -n 1
	done
	systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' deploy/past-refresh.timer)" | grep Normalized
	echo "systemd units: verified"
else
	echo "systemd units: skipped, systemd-analyze is absent"
fi

if ! command -v cron >/dev/null || ! command -v unshare >/dev/null; then
	echo "cron line: skipped, cron or unshare is absent"
	exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! unshare --mount --pid --fork true 2>/dev/null; then
	echo "cron line: skipped, it needs root and namespaces"
	exit 0
fi
install -d -o nobody "$tmp/state"
install -d "$tmp/cron.d" "$tmp/spool" "$tmp/review"
go build -o "$tmp/register" ./deploy/outside/register
coproc REGISTER { exec "$tmp/register"; }
read -r url <&"${REGISTER[0]}"
printf 'contact: try@example.org\nsources: [ctgov]\nendpoints:\n  ctgov: %s\n' "$url" >"$tmp/past.yaml"
# The file as it is, but for places, account, and the minute.
{
	echo "PAST_CONFIG=$tmp/past.yaml"
	echo 'MAILTO=""'
	sed -e "s#/usr/local/bin/past#$tmp/past#; s#/var/lib/past#$tmp/state#; s#/etc/past/review#$tmp/review#" \
		-e "s#^10 3 \* \* \* past \(.*\)#* * * * * nobody \1 >>$tmp/state/output 2>\&1; echo \"exit \$?\" >>$tmp/state/exits#" deploy/past.cron
} >"$tmp/cron.d/past"
grep -q '^\* \* \* \* \* nobody ' "$tmp/cron.d/past"
# shellcheck disable=SC2016 # expanded by the inner shell
unshare --mount --pid --fork --mount-proc --kill-child sh -euc '
	mount -t tmpfs tmpfs /run
	mount --bind "$1/spool" /var/spool/cron
	mount --bind "$1/cron.d" /etc/cron.d
	mount --bind /dev/null /etc/crontab
	exec cron -f
' sh "$tmp" &
daemon=$!
echo "waiting for cron's minute"
for _ in $(seq 150); do
	[ -s "$tmp/state/exits" ] && break
	sleep 1
done
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
daemon=""
[ -s "$tmp/state/exits" ] || { echo "cron did not run its line" >&2; exit 1; }
[ "$(head -n 1 "$tmp/state/exits")" = "exit 0" ] || { cat "$tmp/state/exits" "$tmp/state/output" >&2; exit 1; }
[ -e "$tmp/state/site/current/index.html" ] && [ "$(stat -c %U "$tmp/state/past.db")" = nobody ]
tail -n 2 "$tmp/state/output"
# A second cycle has nothing to tell, so that cron would send no mail.
said=$(setpriv --reuid=nobody --clear-groups env -i PAST_CONFIG="$tmp/past.yaml" PAST_DB="$tmp/state/past.db" PAST_SITE="$tmp/state/site" PAST_REVIEW="$tmp/review" "$tmp/past" refresh)
[ -z "$said" ] || { echo "a cycle without news says: $said" >&2; exit 1; }
echo "cron line: run by cron, published as nobody; a second cycle was quiet"
