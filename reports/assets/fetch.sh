#!/bin/sh
# Fetches the chart library anew and checks it against the committed hash.
# It asks whatever package registry npm is set up with; none is named here.
#   sh reports/assets/fetch.sh          the version that is committed
#   sh reports/assets/fetch.sh 6.2.0    another one: prints its hash, to be reviewed and committed
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=${1:-6.1.0}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && npm pack --silent "echarts@$version" >/dev/null && tar xzf echarts-*.tgz package/dist/echarts.min.js package/LICENSE package/NOTICE)
if grep -q '</script' "$tmp/package/dist/echarts.min.js"; then
	echo "echarts $version contains </script: it can not be put inside a page" >&2
	exit 1
fi
cp "$tmp/package/dist/echarts.min.js" "$tmp/echarts.min.js"
if (cd "$tmp" && sha256sum -c "$here/echarts.sha256" >/dev/null 2>&1); then
	echo "echarts $version is what is committed"
elif [ "$#" -eq 0 ]; then
	echo "echarts $version differs from the committed hash; nothing was replaced" >&2
	exit 1
else
	(cd "$tmp" && sha256sum echarts.min.js) >"$here/echarts.sha256"
fi
# Without name and time in it, so that the same library gives the same file.
gzip -9nc "$tmp/echarts.min.js" >"$here/echarts.min.js.gz"
cp "$tmp/package/LICENSE" "$here/echarts.LICENSE"
cp "$tmp/package/NOTICE" "$here/echarts.NOTICE"
