# A bootstrapped Debian as a tar, kept below the cache; sourced by the scripts beside it, after places.sh.
base_tar="$ci_cache/bookworm-base.tar"

# Needs the engine's folder: debootstrap is in it.
get_base() {
  if [ -f "$base_tar" ]; then return; fi
  local work tree programs="$engine_programs"
  work="$(mktemp -d)"
  tree="$work/base"
  DEBOOTSTRAP_DIR="$programs/usr/share/debootstrap" bash "$programs/usr/sbin/debootstrap" \
    --variant=minbase bookworm "$tree" "$(debian_mirror)" > "$work/base.log" 2>&1 ||
    { tail -20 "$work/base.log" >&2; return 1; }
  cp /etc/apt/sources.list.d/debian.sources "$tree/etc/apt/sources.list.d/" 2> /dev/null || true
  if [ -f "$tree/etc/apt/sources.list.d/debian.sources" ]; then rm -f "$tree/etc/apt/sources.list"; fi
  # A bootstrapped tree keeps every package and list; layers on it would too.
  rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* "$tree"/usr/share/{doc,man,locale}/*
  printf 'APT::Keep-Downloaded-Packages "false";\nDir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\nDPkg::Post-Invoke {"rm -f /var/cache/apt/archives/*.deb || true";};\n' \
    > "$tree/etc/apt/apt.conf.d/docker-clean"
  tar -C "$tree" -cf "$base_tar.part" .
  mv "$base_tar.part" "$base_tar"
  rm -rf "$work"
}
