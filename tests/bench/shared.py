"""Rows of many callers on one instance: against an earlier state of this project, a plain spool, and cupsd."""
import os
import statistics
import subprocess

import cupsd
from measuring import BIN, figures, fresh, slow_figures, sync_milliseconds

MANY = 16
SYNC_US = 2000
SLOW_DISK_MS = 2.0
DOCUMENT = 64 << 10
HELD_DOCUMENT = 100_000

# Row: what is done, by how many threads, and how many times as often as by the base.
IN_MEMORY = {
    "many-submit": ("submit", MANY, 4), "many-release": ("release", MANY, 6), "many-login": ("login", MANY, 12),
    "one-submit": ("submit", 1, 1.4), "one-release": ("release", 1, 1.25), "one-login": ("login", 1, 1.9),
}
ON_DISK = {
    "many-submit-disk": ("submit", MANY, 2), "many-release-disk": ("release", MANY, 5),
    "many-login-disk": ("login", MANY, 12),
}
# Row: threads, whether in memory with slow syncs, and how many times as often as by a plain spool.
SPOOLS = {"submit-100k": (1, True, 0.75), "submit-100k-disk": (1, False, 0.45), "submit-100k-many": (MANY, True, 1.2)}

READERS_THREADS = 100
READERS_SYNC_US = 10_000
READ_LIMIT_MS = 5


def duration(bench):
    return 0.3 if bench.quick else 3


def many(place, what, threads, seconds, sync_us, size, driver="many_bench"):
    """One run on an instance of its own."""
    instance = fresh(place / "instance")
    slow_figures([BIN / driver, "setup", instance, threads])
    try:
        return slow_figures([BIN / driver, what, instance, threads, seconds, sync_us, size])
    finally:
        fresh(instance)


def described(rounds):
    median = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    return (f"p50 {median['p50']:.2f} ms, p99 {median['p99']:.2f} ms, {median['syncs']:.2f} syncs and "
            f"{median['cpu']:.2f} ms CPU each")


def against_base(bench, name, place, row, sync_us, decides=True):
    what, threads, required = row
    ours, base = [], []
    for _ in range(bench.rounds):
        arguments = (place, what, threads, duration(bench), sync_us, DOCUMENT)
        ours.append(many(*arguments))
        if bench.has_base:
            base.append(many(*arguments, driver="many_bench_base"))
    unit = f"{what}s/s, {threads} thread{'s' * (threads > 1)}"
    if base:
        bench.table.compare(name, unit, "base", [(a["rate"], b["rate"]) for a, b in zip(ours, base)],
                            required if decides else "-", f"{described(ours)}; base: {described(base)}")
    else:
        bench.table.add(name, statistics.median(each["rate"] for each in ours), unit, "base (--base DIR)",
                        note=described(ours))


def in_memory(bench):
    for name, row in IN_MEMORY.items():
        if name in bench.chosen:
            against_base(bench, name, bench.memory, row, SYNC_US)


def on_disk(bench):
    """Required only where a sync takes long enough to be what work waits for."""
    sync = sync_milliseconds(bench.work)
    print(f"    a sync takes {sync:.2f} ms on this disk: the rows …-disk are "
          f"{'required' if sync >= SLOW_DISK_MS else 'only reported'}")
    for name, row in ON_DISK.items():
        if name in bench.chosen:
            against_base(bench, name, bench.work, row, 0, decides=sync >= SLOW_DISK_MS)


def read_beside(bench):
    """A reader beside threads that submit, log in, release and log out."""
    arguments = (bench.memory, "cycle", READERS_THREADS, 1 if bench.quick else 10, READERS_SYNC_US, DOCUMENT)
    ours, base = [], []
    for _ in range(1 if bench.quick else 3):
        ours.append(many(*arguments))
        if bench.has_base:
            base.append(many(*arguments, driver="many_bench_base"))
    p99 = statistics.median(each["read_p99"] for each in ours)
    theirs = statistics.median(each["read_p99"] for each in base) if base else None
    note = f"read p50 {statistics.median(each['read_p50'] for each in ours):.2f} ms beside " \
           f"{statistics.median(each['rate'] for each in ours):.1f} cycles/s"
    if base:
        note += f"; base: {statistics.median(each['read_p50'] for each in base):.2f} ms beside " \
                f"{statistics.median(each['rate'] for each in base):.1f} cycles/s"
    bench.table.at_most("read-beside", p99, "ms, p99 of a read", READ_LIMIT_MS, peer="base" if base else "-",
                        peer_value=theirs, note=note)


def plain_spools(bench):
    for name, (threads, slow, required) in SPOOLS.items():
        if name not in bench.chosen:
            continue
        place, sync_us = (bench.memory, SYNC_US) if slow else (bench.work, 0)
        if not slow and sync_milliseconds(place) >= SLOW_DISK_MS:
            required = SPOOLS["submit-100k"][2]
        ours, plain = [], []
        for _ in range(bench.rounds):
            ours.append(many(place, "submit", threads, duration(bench), sync_us, HELD_DOCUMENT))
            spool = fresh(place / "plain-jobs")
            spool.mkdir()
            plain.append(slow_figures([BIN / "plain_submit_bench", spool, threads, duration(bench), sync_us,
                                       HELD_DOCUMENT]))
            fresh(spool)
        bench.table.compare(name, f"jobs/s, {threads} thread{'s' * (threads > 1)}", "file + SQLite",
                            [(a["rate"], b["rate"]) for a, b in zip(ours, plain)], required,
                            f"{described(ours)}; plain: {described(plain)}")


def held_cups(bench):
    """Held jobs at 16 clients: cupsd as it comes syncs nothing, we everything, and it costs us 2 ms."""
    ours, cups = [], []
    for _ in range(bench.rounds):
        ours.append(many(bench.memory, "submit", MANY, duration(bench), SYNC_US, HELD_DOCUMENT))
        with cupsd.Daemon(fresh(bench.memory / "cupsd")) as daemon:
            cups.append(figures([BIN / "cups_bench", daemon.socket, cupsd.QUEUE, MANY, duration(bench), HELD_DOCUMENT],
                                timeout=120))
    fresh(bench.memory / "cupsd")
    bench.table.compare("held-cups", f"jobs/s, {MANY} clients", "cupsd",
                        [(a["rate"], b["rate"]) for a, b in zip(ours, cups)], 0.5,
                        f"{described(ours)}; cupsd: p50 {statistics.median(each['p50'] for each in cups):.2f} ms")


def peak_memory(bench):
    """The peak memory of one process that submits one job, SQLite's cache of 2,000 KiB left out."""
    gib = 1 if bench.quick else 4
    instance = fresh(bench.work / "instance")
    figures([BIN / "many_bench", "setup", instance, 1])
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([BIN / "many_bench", "submit", instance, "1", "0", "0", str(gib << 30)],
                                   stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    fresh(instance)
    if status:
        raise SystemExit(f"the job of {gib} GiB could not be submitted")
    bench.table.at_most("rss-4gib", usage.ru_maxrss / 1024 - 2000 / 1024, f"MiB, job of {gib} GiB", 24)
