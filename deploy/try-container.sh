#!/usr/bin/env bash
# Builds the container image with buildah and runs what is in it as the image
# says: as user 65532, without capabilities, on a read-only root of which only
# /data and /tmp can be written. Root and Debian's buildah are needed; nothing is
# pulled: the Go image is made of this machine's Go and modules, and an empty
# root with certificates stands in for distroless.
#   bash deploy/try-container.sh
set -euo pipefail
cd "$(dirname "$0")/.."
for program in buildah curl unshare setpriv go; do
	command -v "$program" >/dev/null || { echo "skipped: $program is absent"; exit 0; }
done
[ "$(id -u)" -eq 0 ] || { echo "skipped: needs root for chroot and mounts"; exit 0; }

tmp=$(mktemp -d)
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
build() { buildah --root "$tmp/store" --runroot "$tmp/run" "$@"; }
server=""
cleanup() {
	[ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
	build rm --all >/dev/null 2>&1 || true
	rm -rf "$tmp"
}
trap cleanup EXIT

echo "== images of this machine's parts"
go mod download
image=$(build from scratch)
build copy -q "$image" "$(go env GOROOT)" /usr/local/go >/dev/null
for file in /bin/sh /bin/mkdir $(ldd /bin/sh /bin/mkdir | grep -o '/[^ ]*\.so[^ ]*' | sort -u); do
	build copy -q "$image" "$(readlink -f "$file")" "$file" >/dev/null
done
mkdir "$tmp/empty"
build copy -q "$image" "$tmp/empty" /tmp >/dev/null
build config --env PATH=/usr/local/go/bin:/bin --env GOMODCACHE=/modules --env GOPROXY=off --env GOFLAGS= --env GOCACHE=/cache --env HOME=/ "$image"
build commit -q "$image" past-try-golang >/dev/null
mkdir -p "$tmp"/base/{tmp,proc,etc/ssl/certs}
echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$tmp/base/etc/passwd"
cp /etc/ssl/certs/ca-certificates.crt "$tmp/base/etc/ssl/certs/" 2>/dev/null || true
image=$(build from scratch)
build copy -q "$image" "$tmp/base" / >/dev/null
build commit -q "$image" past-try-static >/dev/null

echo "== the Containerfile"
build build -q --ignorefile deploy/Containerfile.dockerignore -v "$(go env GOMODCACHE):/modules" -v "$(go env GOCACHE):/cache" \
	--build-arg GOLANG=localhost/past-try-golang --build-arg BASE=localhost/past-try-static \
	--build-arg VERSION=v0.0.0-try --build-arg COMMIT=0123abcd -f deploy/Containerfile -t past-try . >/dev/null
build inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}} {{.OCIv1.Config.Volumes}}{{"\n"}}' past-try | tee "$tmp/config"
grep -q '^65532:65532 \[/usr/local/bin/past\] \[serve' "$tmp/config"

container=$(build from past-try)
root=$(build mount "$container")
[ "$(stat -c %u:%g "$root/data")" = 65532:65532 ]
data=$tmp/data
install -d -o 65532 -g 65532 "$data"
find "$root" -xdev -printf '%p %s %T@ %U %m\n' | sort >"$tmp/before"

# inside runs the program in the image's root as the image and the manifests say.
inside() {
	database=/data/past.db
	[ "$1" != demo ] || database="" # it keeps its own
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --pid --fork --kill-child sh -euc '
		root=$1 data=$2 database=$3; shift 3
		mount --bind "$root" "$root"
		mount --bind "$data" "$root/data"
		mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
		mount -t proc proc "$root/proc"
		mount -o remount,ro,bind "$root"
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin PAST_DB="$database" PAST_SITE=/data/site PAST_LOG_FORMAT=json PAST_CONTACT=try@example.org \
			setpriv --no-new-privs --bounding-set=-all,+sys_chroot,+setuid,+setgid chroot --userspec=65532:65532 --groups=65532 "$root" /usr/local/bin/past "$@"
	' sh "$root" "$data" "$database" "$@"
}

echo "== runs"
inside --version | grep 'past v0.0.0-try (commit 0123abcd'
inside demo --dir /data/demo | grep 'mdma-ptsd-severity'
if inside demo --dir /demo >"$tmp/out" 2>&1; then
	echo "the root file system can be written" >&2
	exit 1
fi
grep -i 'read-only' "$tmp/out"

go build -o "$tmp/register" ./deploy/outside/register
coproc REGISTER { exec "$tmp/register"; }
read -r url <&"${REGISTER[0]}"
inside refresh --source ctgov --endpoint "ctgov=$url" | tail -n 3
[ -z "$(inside refresh --source ctgov --endpoint "ctgov=$url" 2>/dev/null)" ] # nothing new: quiet

port=$(($$ % 20000 + 20000))
inside serve --addr "127.0.0.1:$port" 2>"$tmp/log" &
server=$!
for _ in $(seq 50); do
	curl -fs "http://127.0.0.1:$port/healthz" >/dev/null && break
	sleep 0.2
done
for path in healthz readyz "" api/v1/findings; do
	echo "/$path $(curl -fsS -o "$tmp/page" -w '%{http_code} %{size_download} bytes' "http://127.0.0.1:$port/$path")"
done
pid=$(pgrep -f "^/usr/local/bin/past serve --addr 127.0.0.1:$port")
grep -E '^(Uid|CapEff|NoNewPrivs)' "/proc/$pid/status"
kill -TERM "$pid" # unshare itself does not heed it
wait "$server"
server=""
find "$root" -xdev -printf '%p %s %T@ %U %m\n' | sort >"$tmp/after"
cmp "$tmp/before" "$tmp/after"
echo "container: built, run and unchanged"
