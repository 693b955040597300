#!/bin/sh
# Puts axe-core (MPL-2.0, used by a test only and never committed) into a cache
# folder, by whatever package registry npm is set up with.
#   sh axe.sh FOLDER
set -eu
dir=$1
version=4.14.1
mkdir -p "$dir"
[ -s "$dir/axe-$version.min.js" ] && exit 0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
npm pack --silent "axe-core@$version" >/dev/null
tar xzf axe-core-*.tgz package/axe.min.js
mv package/axe.min.js "$dir/axe-$version.min.js"
