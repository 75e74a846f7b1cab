#!/bin/sh
# The names of secrets are files, or names below /run/secrets.
set -e
if [ "$1" != minio ] && [ -n "$1" ]; then set -- minio "$@"; fi
secret_path() { if [ -f "$1" ]; then echo "$1"; else echo "/run/secrets/$1"; fi; }
user="$(secret_path "$MINIO_ROOT_USER_FILE")"
password="$(secret_path "$MINIO_ROOT_PASSWORD_FILE")"
if [ -f "$user" ] && [ -f "$password" ]; then
  MINIO_ROOT_USER="$(cat "$user")"
  MINIO_ROOT_PASSWORD="$(cat "$password")"
  export MINIO_ROOT_USER MINIO_ROOT_PASSWORD
fi
exec "$@"
