// Plain POSIX sh (dash, bash 3.2, macOS): two of these beside each service take about 1 MB, a
// supervisor in Node 39 MB.
//
// The reaper reads a pipe that the keeper alone holds open. However the keeper ends, SIGKILL
// included, the reaper reads the end of it: stops the service if it still lives, ends what is left of
// its process group (nginx workers go on listening without their master) and every process that works
// in the data folder (a busy Postgres backend survives its postmaster), and removes sockets and pid
// files. The pid file goes last: while it is there, cleaning up is not over.
const reaper = `
base=$1 signal=$2 data=$3 group=$4
alive() {
  kill -0 "$1" 2>/dev/null || return 1
  read -r stat 2>/dev/null < "/proc/$1/stat" || return 0
  case \${stat##*) } in Z*) return 1 ;; esac
}
trap '' TERM INT QUIT HUP
while read -r _; do :; done
pid= code=
[ -f "$base.pid" ] && read -r pid _ < "$base.pid"
[ -f "$base.exit" ] && read -r code < "$base.exit"
if [ -n "$pid" ] && [ -z "$code" ]; then
  kill -"$signal" "$pid" 2>/dev/null
  turns=0
  while alive "$pid" && [ "$turns" -lt 100 ]; do sleep 0.05; turns=$((turns + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
if [ -n "$data" ] && [ "$code" != 0 ]; then
  for entry in /proc/[0-9]*; do
    [ "$(readlink "$entry/cwd" 2>/dev/null)" = "$data" ] && kill -KILL "\${entry#/proc/}" 2>/dev/null
  done
  rm -f "$data/postmaster.pid"
fi
rm -rf "$base.run"
[ -n "$code" ] || printf '137\\n' > "$base.exit"
rm -f "$base.pid"
kill -KILL -- "-$group"
`

/**
 * `$1` base path of the service's run files, `$2` stop signal, `$3` data folder to clear of processes
 * or empty, then the program and its arguments.
 */
export const keeperScript = `
base=$1 signal=$2 data=$3
shift 3
rm -f "$base.exit" "$base.life"
mkfifo -m 600 "$base.life" || exit 1
sh -c '${reaper.replaceAll("'", "'\\''")}' mitra-reaper "$base" "$signal" "$data" "$$" < "$base.life" &
exec 9> "$base.life"
rm -f "$base.life"
"$@" 9>&- &
pid=$!
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
printf '%s %s\\n' "$pid" "$start" > "$base.pid.new"
mv "$base.pid.new" "$base.pid"
wait "$pid"
code=$?
printf '%s\\n' "$code" > "$base.exit.new"
mv "$base.exit.new" "$base.exit"
`
