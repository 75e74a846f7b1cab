#!/usr/bin/env bash
# ruby, which a Brewfile is written in: the tests read the generated ones as Homebrew does.
set -euo pipefail

if ! command -v ruby > /dev/null; then
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends ruby > /dev/null
fi
ruby --version
