# shellcheck shell=bash
# Sourced: `scratch` names a folder of its own for this run, in memory where at least 2 GiB of it are free, which goes
# when the run ends. Tests put their instances there: no promise but those of the campaigns on disk rests on a real one.
scratch_home=${TMPDIR:-/tmp}
if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -ge $((2 << 20)) ]; then
    scratch_home=/dev/shm
fi
scratch=$(mktemp -d "$scratch_home/myqsec-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch
