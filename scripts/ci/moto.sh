#!/usr/bin/env bash
# moto, the AWS emulator that the tests speak to, in a Python environment of its own below the cache.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/places.sh"

if [ ! -x "$moto_server" ]; then
  # Scripts of an environment name its folder: it is made where it will stay.
  rm -rf "$moto_home"
  python3 -m venv "$moto_home"
  "$moto_home/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$moto_version"
fi
"$moto_server" --help > /dev/null
