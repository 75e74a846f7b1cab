#!/usr/bin/env bash
# A private docker engine: nothing is installed into the system, nothing of the system is replaced.
#   engine.sh get            the engine and the compose plugin, unpacked below the cache folder
#   engine.sh start FOLDER   starts it with socket, data, pid file and client settings below FOLDER
#   engine.sh stop FOLDER    ends it and what it has mounted
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/places.sh"

programs="$engine_programs"
plugin="$ci_cache/docker-compose"
private_apt=(-o APT::Sandbox::User=root)

get() {
  if [ ! -x "$programs/usr/sbin/dockerd" ]; then get_engine; fi
  if [ ! -x "$plugin" ]; then get_compose; fi
}

# Unpacked and not installed: those of the list, and what else this machine lacks for them.
get_engine() {
  local work
  work="$(mktemp -d)"
  mkdir -p "$work/archives/partial" "$work/root"
  apt-get -qq update
  apt-get -qq "${private_apt[@]}" -o Dir::Cache::archives="$work/archives" \
    install -y --reinstall --no-install-recommends --download-only $engine_packages > /dev/null
  for package in "$work"/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  local tool
  for tool in iptables ip6tables iptables-save ip6tables-save iptables-restore ip6tables-restore; do
    ln -sf xtables-nft-multi "$work/root/usr/sbin/$tool"
  done
  # Debian's own client would hide a newer one on PATH.
  if command -v docker > /dev/null; then rm -f "$work/root/usr/bin/docker"; fi
  rm -rf "$programs"
  mv "$work/root" "$programs"
  rm -rf "$work"
}

# Compose v2 is in the next Debian; its lists are read apart from the system's.
get_compose() {
  local work
  work="$(mktemp -d)"
  mkdir -p "$work/lists/partial" "$work/cache"
  sed 's/^Suites: .*/Suites: trixie/' /etc/apt/sources.list.d/debian.sources | awk -v RS= 'NR==1' > "$work/trixie.sources"
  local options=(-qq "${private_apt[@]}" -o Dir::Etc::sourcelist="$work/trixie.sources"
    -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache")
  apt-get "${options[@]}" update
  (cd "$work" && apt-get "${options[@]}" download docker-compose)
  dpkg-deb -x "$work"/docker-compose_*.deb "$work/root"
  install -m 0755 "$(find "$work/root" -path '*cli-plugins*' -name docker-compose -type f)" "$plugin.part"
  mv "$plugin.part" "$plugin"
  rm -rf "$work"
}

engine_environment() {
  local libraries="$programs/usr/lib/$(uname -m)-linux-gnu" low="$programs/lib/$(uname -m)-linux-gnu"
  export LD_LIBRARY_PATH="$libraries:$low" XTABLES_LIBDIR="$libraries/xtables"
  export PATH="$programs/usr/sbin:$programs/usr/bin:$PATH"
}

start() {
  local folder="$1"
  install -D -m 0755 "$plugin" "$folder/config/cli-plugins/docker-compose"
  (
    engine_environment
    exec setsid dockerd -H "unix://$folder/docker.sock" --data-root "$folder/data" \
      --exec-root "$folder/exec" --pidfile "$folder/docker.pid" ${MITRA_CI_ENGINE_OPTIONS:-} \
      > "$folder/dockerd.log" 2>&1 < /dev/null
  ) &
  local pid=$!
  for _ in $(seq 150); do
    if docker -H "unix://$folder/docker.sock" version > /dev/null 2>&1; then return 0; fi
    if ! kill -0 "$pid" 2> /dev/null; then break; fi
    sleep 0.2
  done
  echo "The engine did not start:" >&2
  tail -20 "$folder/dockerd.log" >&2
  return 1
}

# What outlives an engine that was killed: containers with their shims, and forwarders of ports.
end_leftovers() {
  local folder="$1" pid parent arguments
  ps -eo pid=,ppid=,args= | while read -r pid parent arguments; do
    case "$arguments" in
      *containerd-shim*" -address $folder/exec/"*)
        ps -o pid= --ppid "$pid" | xargs -r kill -KILL 2> /dev/null || true
        kill -KILL "$pid" 2> /dev/null || true ;;
      "$programs"/usr/sbin/docker-proxy*) [ "$parent" != 1 ] || kill -TERM "$pid" 2> /dev/null || true ;;
    esac
  done
}

stop() {
  local folder="$1" pid
  pid="$(cat "$folder/docker.pid" 2> /dev/null || true)"
  if [ -n "$pid" ]; then
    kill -TERM "$pid" 2> /dev/null || true
    for _ in $(seq 150); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.2
    done
  fi
  end_leftovers "$folder"
  for mounted in $(awk -v below="$folder/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort -r); do
    umount "$mounted" || true
  done
}

"$@"
