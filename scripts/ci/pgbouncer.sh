#!/usr/bin/env bash
# PgBouncer, the pooler that tests go through, unpacked below the cache and not installed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/places.sh"

if [ ! -x "$pgbouncer_home/usr/sbin/pgbouncer" ]; then
  work="$(mktemp -d)"
  mkdir -p "$work/archives/partial" "$work/root"
  apt-get -qq update
  apt-get -qq -o APT::Sandbox::User=root -o Dir::Cache::archives="$work/archives" \
    install -y --reinstall --no-install-recommends --download-only $pgbouncer_packages > /dev/null
  for package in "$work"/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  rm -rf "$pgbouncer_home"
  mv "$work/root" "$pgbouncer_home"
  rm -rf "$work"
fi
LD_LIBRARY_PATH="$pgbouncer_libraries" "$pgbouncer_home/usr/sbin/pgbouncer" --version > /dev/null
