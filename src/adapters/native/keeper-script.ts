// Plain POSIX sh (dash, bash 3.2, macOS): two of these beside each service take about 1 MB, a
// supervisor in Node 39 MB.

/**
 * The reaper reads a pipe that the keeper alone holds open; the keeper has written the service's pid
 * to it. However the keeper ends, SIGKILL included, the reaper reads the end of it: stops the service
 * if it still lives, ends who else works in its folder (nginx workers go on listening without their
 * master, a busy Postgres backend survives its postmaster) and what is left of the process group, and
 * removes sockets and pid files. The pid file goes last: while it is there, cleaning up is not over.
 * Where the pid file names another process, all that was done already: a new start owns the files.
 *
 * `$1` base path of the run files, `$2` stop signal, `$3` the service's folder, `$4` process group.
 */
export const reaperScript = `
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  if [ -r "/proc/$1/stat" ]; then
    { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 1
    stat=\${stat##*) }
  else
    stat=$(ps -o stat= -p "$1" 2>/dev/null)
  fi
  case $stat in Z*|'') return 1 ;; esac
}
base=$1 signal=$2 folder=$3 group=$4
trap '' TERM INT QUIT HUP
pid=
while read -r line; do pid=$line; done
mine= code=
[ -f "$base.pid" ] && read -r mine _ < "$base.pid"
if [ -n "$mine" ] && [ "$mine" = "$pid" ]; then
  [ -f "$base.exit" ] && read -r code < "$base.exit"
  if [ -z "$code" ]; then
    kill -"$signal" "$pid" 2>/dev/null
    turns=0
    while alive "$pid" && [ "$turns" -lt 100 ]; do sleep 0.05; turns=$((turns + 1)); done
    kill -KILL "$pid" 2>/dev/null
  fi
  if [ "$code" != 0 ]; then
    if [ -d /proc/self ]; then
      for entry in /proc/[0-9]*; do
        [ "$entry/cwd" -ef "$folder" ] && kill -KILL "\${entry#/proc/}" 2>/dev/null
      done
    else
      for other in $(lsof -t -a -d cwd "$folder" 2>/dev/null); do kill -KILL "$other" 2>/dev/null; done
    fi
    rm -f "$folder/postmaster.pid"
  fi
  rm -rf "$base.run"
  [ -n "$code" ] || printf '137\\n' > "$base.exit"
  rm -f "$base.pid"
fi
[ -z "$group" ] || kill -s KILL -- "-$group"
`

/**
 * The keeper starts the service as its child, says which process that is, waits for it and writes how
 * it ended. Then its reaper works; where that one is killed over it, the keeper does it.
 *
 * `$1` to `$3` as above, `$4` the reaper's script, then the program and its arguments.
 */
export const keeperScript = `
base=$1 signal=$2 folder=$3 reaper_script=$4
shift 4
rm -f "$base.exit" "$base.life"
mkfifo -m 600 "$base.life" || exit 1
# Opened for both first: opening one end alone would wait for the other, for ever if we are killed.
exec 9<> "$base.life" 8< "$base.life" 7> "$base.life"
exec 9>&-
rm -f "$base.life"
sh -c "$reaper_script" mitra-reaper "$base" "$signal" "$folder" "$$" <&8 7>&- 8<&- &
reaper=$!
exec 8<&-
# Who works in the folder is ended by the reaper: only the service does.
cd "$folder" || exit 1
"$@" 7>&- &
pid=$!
cd /
printf '%s\\n' "$pid" >&7
start=
if [ -r "/proc/$pid/stat" ]; then
  read -r line < "/proc/$pid/stat"
  rest=\${line##*) }
  set -- $rest
  shift 19
  start=$1
else
  start=$(ps -o lstart= -p "$pid")
fi
printf '%s %s\\n%s %s\\n' "$pid" "$start" "$$" "$reaper" > "$base.pid.new"
mv "$base.pid.new" "$base.pid"
wait "$pid"
code=$?
printf '%s\\n' "$code" > "$base.exit.new"
mv "$base.exit.new" "$base.exit"
exec 7>&-
wait "$reaper"
[ ! -f "$base.pid" ] || printf '%s\\n' "$pid" | sh -c "$reaper_script" mitra-reaper "$base" "$signal" "$folder" ""
`
