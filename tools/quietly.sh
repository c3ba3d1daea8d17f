# shellcheck shell=bash
# Sourced: runs long commands quietly. Their output is shown only if they fail.

# quietly TITLE COMMAND...: prints the title, a dot now and then while the command runs, and the time it took.
quietly() {
    local title=$1 log status=0 begin=$SECONDS ticker
    shift
    log=$(mktemp)
    printf '%s ' "$title"
    while sleep 2 && kill -0 $$ 2>/dev/null; do printf '.'; done &
    ticker=$!
    "$@" >"$log" 2>&1 </dev/null || status=$?
    { kill "$ticker" && wait "$ticker"; } 2>/dev/null || true
    if [ "$status" -eq 0 ]; then
        printf ' %d s\n' $((SECONDS - begin))
    else
        printf ' failed after %d s\n' $((SECONDS - begin))
        cat "$log"
    fi
    rm -f "$log"
    return "$status"
}
