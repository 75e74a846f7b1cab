#!/usr/bin/env bash
# crontab(1), which the tests of `cost schedule` write a crontab with; the daemon is not needed.
set -euo pipefail

if ! command -v crontab > /dev/null; then
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends cron > /dev/null
fi
command -v crontab
