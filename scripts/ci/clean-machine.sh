#!/usr/bin/env bash
# A clean Debian as a folder: bootstrapped and up to date, with Node, npm and mitra, and an object store
# that need not be built. Its sources, proxies, certificates and name servers are those of this machine.
#   clean-machine.sh get           what making one and watching it needs
#   clean-machine.sh make FOLDER   makes it in FOLDER, which is not there yet
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/places.sh"
source "$(dirname "${BASH_SOURCE[0]}")/base.sh"

get() {
  get_base
  if ! command -v strace > /dev/null; then
    apt-get -qq update
    apt-get -qq install -y --no-install-recommends strace > /dev/null
  fi
  strace -V | head -1
}

make() {
  local root="$1" package
  mkdir -p "$root"
  tar -C "$root" -xf "$base_tar"
  give_settings "$root"
  give_node "$root"
  # What is packed is what was built: another test may be using it.
  package="$(cd "$repository" && npm pack --silent --ignore-scripts --pack-destination "$root/tmp")"
  install -m 0755 "$ci_cache/minio-$minio_version" "$root/usr/local/bin/minio"
  inside "$root" sh -ec "$(declare -f finish); finish /tmp/$package"
}

give_settings() {
  local root="$1"
  # A link would point out of the folder.
  rm -f "$root/etc/resolv.conf"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  apt-config dump | grep -E '^Acquire::(https?|Check-|Retries)' > "$root/etc/apt/apt.conf.d/80acquire" || true
  mkdir -p "$root/usr/local/share/ca-certificates"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2> /dev/null || true
  cp -L /etc/pip.conf "$root/etc/" 2> /dev/null || true
}

give_node() {
  local root="$1"
  install -m 0755 "$(node -p process.execPath)" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -a "$(npm root -g)/npm" "$root/usr/local/lib/node_modules/"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
}

# One account with sudo and one without.
finish() {
  apt-get -qq update
  apt-get -qq upgrade -y > /dev/null
  apt-get -qq install -y --no-install-recommends ca-certificates sudo > /dev/null
  npm install --global --loglevel=error --prefer-offline --no-audit --no-fund "$1"
  rm -rf "$1" /var/lib/apt/lists/*
  useradd --create-home --shell /bin/sh asha
  useradd --create-home --shell /bin/sh ravi
  echo 'asha ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/asha
}

# Runs a command in it, with this machine's npm cache; all that it leaves running and mounted ends with it.
inside() {
  local root="$1" cache
  shift
  cache="$(npm config get cache)"
  mkdir -p "$root/root/.npm" "$cache"
  unshare --mount --pid --fork --kill-child sh -ec '
    root="$1" cache="$2"
    shift 2
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$cache" "$root/root/.npm"
    exec chroot "$root" "$@"' sh "$root" "$cache" \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
    DEBIAN_FRONTEND=noninteractive NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    npm_config_registry="$(npm config get registry)" $(env | grep -iE '^(https?|no)_proxy=' || true) "$@"
}

"$@"
