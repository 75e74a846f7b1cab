#!/bin/bash
# What the official entrypoint promises, in the part that compose files rely on.
set -Eeuo pipefail

read_secret() { # NAME DEFAULT: the variable, or the content of the file that NAME_FILE names
  local name="$1" file_name="${1}_FILE"
  if [ -n "${!name:-}" ] && [ -n "${!file_name:-}" ]; then
    echo >&2 "error: both $name and $file_name are set (but are exclusive)"
    exit 1
  fi
  local value="${!name:-${2:-}}"
  if [ -n "${!file_name:-}" ]; then value="$(<"${!file_name}")"; fi
  export "$name"="$value"
  unset "$file_name"
}

temporary_sql() { psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" "$@"; }

initialise() {
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo >&2 'Error: Database is uninitialized and superuser password is not specified.'
    exit 1
  fi
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --pgdata="$PGDATA" --locale=C -E UTF8 ${POSTGRES_INITDB_ARGS:-}
  # This build's own defaults are a socket in /tmp, which initdb writes down, and loopback.
  printf "\nunix_socket_directories = '/var/run/postgresql'\nlisten_addresses = '*'\n" >> "$PGDATA/postgresql.conf"
  printf '\nhost all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    temporary_sql --dbname postgres --set db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
  fi
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) temporary_sql --dbname "$POSTGRES_DB" -f "$file" ;;
      *) ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi
if [ "$1" = postgres ]; then
  read_secret POSTGRES_PASSWORD
  read_secret POSTGRES_USER postgres
  read_secret POSTGRES_DB "$POSTGRES_USER"
  mkdir -p "$PGDATA"
  if [ "$(id -u)" = 0 ]; then
    chmod 00700 "$PGDATA"
    find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
    exec setpriv --reuid postgres --regid postgres --init-groups "$0" "$@"
  fi
  if [ ! -s "$PGDATA/PG_VERSION" ]; then PGUSER="$POSTGRES_USER" PGHOST= initialise; fi
  unset POSTGRES_PASSWORD
fi
exec "$@"
