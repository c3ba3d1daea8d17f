"""Runs the benchmark programs and their peers in turns, and prints what comes of it. Called by tests/bench/run."""
import argparse
import fnmatch
import os
import pathlib
import signal
import sys
import tempfile

import large
import lockout
import peers
import shared
from measuring import BUILD, Bench

MEMORY = pathlib.Path("/dev/shm")

# What measures which rows.
WORK = {
    peers.container: tuple(peers.SEALING),
    peers.database: tuple(peers.SQLITE),
    peers.erasures: ("erase-one",),
    peers.audit: tuple(peers.AUDIT),
    peers.people: ("import-users",),
    shared.in_memory: tuple(shared.IN_MEMORY),
    shared.on_disk: tuple(shared.ON_DISK),
    shared.read_beside: ("read-beside",),
    shared.plain_spools: tuple(shared.SPOOLS),
    shared.held_cups: ("held-cups",),
    large.opening: ("open-2m", "rss-idle"),
    large.pages: tuple(large.PAGES),
    large.backups: ("backup-again",),
    large.writers: ("writers-500", "writer-one"),
    shared.peak_memory: ("rss-4gib",),
    lockout.site: tuple(lockout.ROWS),
    peers.size: ("size-library",),
}
ROWS = [row for rows in WORK.values() for row in rows]


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures libmyqsec against its peers, and against an earlier state of itself, in interleaved rounds.\n"
                    "Prints a table and writes build/bench.tsv. Fails if a required figure is missed.",
        epilog="rows:\n  " + "\n  ".join(", ".join(rows) for rows in WORK.values()) + "\n\n"
               "The instance of the rows open-2m to backup-again is filled once, and kept in build/bench-cache or\n"
               "$MYQSEC_BENCH_CACHE: with 2,000,000 jobs that takes up to an hour, and 45 GiB there.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="only these; a pattern such as 'many-*' is one, too")
    parser.add_argument("--base", metavar="DIR", help="an earlier state's sources, to compare the rows many-… and "
                                                      "one-… with; it is built in build/bench-base")
    parser.add_argument("--quick", action="store_true",
                        help="a smoke test of all rows, small and short: its figures decide nothing")
    parser.add_argument("--jobs", type=int,
                        help="fill the large instance with so many, 20 for each user, five events for each")
    parser.add_argument("--list", action="store_true", help="only name the rows that would be measured")
    options = parser.parse_args()
    unknown = [pattern for pattern in options.rows if not fnmatch.filter(ROWS, pattern)]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)} (see --help)")
    if options.jobs is not None and options.jobs < large.SMALL_JOBS:
        parser.error(f"--jobs must be at least {large.SMALL_JOBS}")
    return options


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # not without stopping cupsd and clearing up
    chosen = [row for row in ROWS if not options.rows or any(fnmatch.fnmatch(row, each) for each in options.rows)]
    if options.list:
        print("\n".join(chosen))
        return 0
    if not os.path.ismount(MEMORY):
        sys.exit(f"{MEMORY} is not a file system in memory, in which syncs take no time of their own")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD) as work, \
            tempfile.TemporaryDirectory(prefix="bench-", dir=MEMORY) as memory:
        os.chmod(memory, 0o755)  # for the account of cupsd's filters
        bench = Bench(chosen, options, pathlib.Path(work), pathlib.Path(memory))
        kind = "smoke test: these figures decide nothing" if options.quick else "median"
        print(f"{bench.rounds} interleaved rounds, {kind}")
        bench.table.head()
        for measure, rows in WORK.items():
            if any(row in chosen for row in rows):
                measure(bench)
    bench.table.write(BUILD / "bench.tsv")
    print(f"Written to {BUILD / 'bench.tsv'}")
    missed = bench.table.missed()
    if missed:
        print("Missed:", ", ".join(missed))
    return 1 if missed and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
