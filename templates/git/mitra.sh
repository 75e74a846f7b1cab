# Runs `mitra git check` for a hook. `mitra git init` notes in .git/config where Node and mitra are, so
# that it works in programs with another PATH too. Without mitra nothing is refused: the checks of the
# pull request see it all again.
node=$(git config --get mitra.node)
program=$(git config --get mitra.program)
if [ -x "$node" ] && [ -f "$program" ]; then
  exec "$node" "$program" git check "$@"
fi
if command -v mitra > /dev/null 2>&1; then
  exec mitra git check "$@"
fi
echo "mitra is not where it was ($program): nothing was checked. Once it is there: mitra git init" >&2
