# Where CI keeps things; sourced by the scripts beside it.
repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
# Kept between runs where it can be; everything is right without it.
ci_cache="${MITRA_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mitra-ci}"
mkdir -p "$ci_cache"

# What the engine and iptables run on, whatever is installed now. The folder is named for the list: one
# that was kept from another list is not taken.
engine_packages='docker.io containerd runc tini iptables debootstrap xz-utils libip4tc2 libip6tc2
  libxtables12 libnftnl11 libmnl0 libnetfilter-conntrack3 libnfnetlink0'
engine_programs="$ci_cache/engine-$(echo "$engine_packages" | cksum | cut -d' ' -f1)"

minio_version=v0.0.0-20260212201848-7aac2a2c5b7c
postgres_image=postgres:16
redis_image=redis:7
nginx_image=nginx:1
minio_image=quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z
base_image=debian:bookworm-slim

moto_version=5.2.5
moto_home="$ci_cache/moto-$moto_version"
moto_server="$moto_home/bin/moto_server"

# A pooler and the libraries that Debian has for it.
pgbouncer_packages='pgbouncer libc-ares2 libevent-2.1-7'
pgbouncer_home="$ci_cache/pgbouncer-$(echo "$pgbouncer_packages" | cksum | cut -d' ' -f1)"
pgbouncer_libraries="$pgbouncer_home/usr/lib/$(uname -m)-linux-gnu"

# The one mirror that apt is configured with.
debian_mirror() {
  local sources=/etc/apt/sources.list.d/debian.sources
  if [ -f "$sources" ]; then
    awk '/^URIs:/ {print $2; exit}' "$sources"
  else
    awk '$1 == "deb" {for (i = 2; i <= NF; i++) if ($i ~ /^https?:/) {print $i; exit}}' /etc/apt/sources.list
  fi
}

# phase TITLE COMMAND...: says how long it took, also when it failed.
phase() {
  local title="$1" began="$SECONDS" code=0
  shift
  echo "== $title"
  "$@" || code=$?
  echo "== $title: $((SECONDS - began)) s$([ "$code" = 0 ] || echo ", exit code $code")"
  return "$code"
}
