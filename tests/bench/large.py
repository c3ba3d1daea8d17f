"""Rows of an instance with very many of everything. It is filled once, which takes a while, and kept for later runs in
build/bench-cache, or the folder that MYQSEC_BENCH_CACHE names."""
import hashlib
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import time

from measuring import BIN, BUILD, figures, fresh, slow_figures

SMALL_JOBS = 1000
ROUNDS = 3
PAGES = {"page-jobs": "jobs", "page-users": "users", "page-audit": "audit"}
MOST_WRITERS = 500
FEW_WRITERS = 50
JOB_BYTES = 24 << 10  # on disk: two headers, an empty document, rows and events


def users_of(jobs):
    return max(jobs // 20, 200)


def events_of(jobs):
    return jobs * 5


def formats():
    """What an instance looks like on disk: one that was filled when this was different is filled anew."""
    digest = hashlib.sha256()
    for page in sorted(pathlib.Path("docs/formats").glob("*.md")):
        digest.update(page.read_bytes())
    for source in sorted(pathlib.Path("src").rglob("*.cpp")):
        for statement in re.findall(r"(?:CREATE|ALTER) (?:TABLE|\w*\s*INDEX)[^;]*", source.read_text()):
            digest.update(statement.encode())
    return digest.hexdigest()


def filled(jobs):
    """An instance with that many jobs, without documents, a user for each 20 and five events for each."""
    cache = pathlib.Path(os.environ.get("MYQSEC_BENCH_CACHE", BUILD / "bench-cache")).resolve()
    folder = cache / f"jobs-{jobs}"
    instance, stamp = folder / "instance", folder / "formats"
    counts = [users_of(jobs), jobs, events_of(jobs)]
    if not stamp.exists() or stamp.read_text() != formats():
        fresh(folder).mkdir(parents=True)
        if shutil.disk_usage(folder).free < jobs * JOB_BYTES:
            raise SystemExit(f"{jobs} jobs need {jobs * JOB_BYTES >> 30} GiB in {cache}: see --jobs, MYQSEC_BENCH_CACHE")
        begin = time.monotonic()
        print(f"    filling {folder} with {jobs} jobs, once", flush=True)
        slow_figures([BIN / "large_bench", "fill", instance, *counts[:2]])
        slow_figures([BIN / "bare_bench", "events", instance, counts[2]])
        os.sync()
        figures([BIN / "large_bench", "check", instance, *counts])
        stamp.write_text(formats())
        print(f"    filled in {time.monotonic() - begin:.0f} s", flush=True)
    return instance


def opening(bench):
    """How long an opening takes, and what an idle engine holds; twice the time of one with 1,000 jobs is allowed."""
    large, small = filled(bench.jobs), filled(SMALL_JOBS)
    rounds = [tuple(figures([BIN / "large_bench", "open", each]) for each in (large, small)) for _ in range(ROUNDS)]
    if "open-2m" in bench.chosen:
        bench.table.compare("open-2m", f"openings/s, {bench.jobs} jobs", f"of {SMALL_JOBS} jobs",
                            [(1 / a["open"], 1 / b["open"]) for a, b in rounds], 0.5)
    if "rss-idle" in bench.chosen:
        idle = statistics.median(a["rss"] for a, _ in rounds) / 1024
        empty = statistics.median(b["rss"] for _, b in rounds) / 1024
        bench.table.at_most("rss-idle", idle, f"MiB, {bench.jobs} jobs", 24, peer=f"{SMALL_JOBS} jobs",
                            peer_value=empty)


def pages(bench):
    """A page of 100 rows somewhere in the middle, against the bare query on the same sealed database."""
    instance = filled(bench.jobs)
    totals = {"jobs": bench.jobs, "users": users_of(bench.jobs), "audit": events_of(bench.jobs)}
    seconds = 0.3 if bench.quick else 3
    for name, what in PAGES.items():
        if name not in bench.chosen:
            continue
        pairs = []
        for _ in range(ROUNDS):
            ours = figures([BIN / "large_bench", "page", instance, what, totals[what], seconds])
            bare = figures([BIN / "bare_bench", "query", instance, what, totals[what], seconds])
            pairs.append((1000 / ours["p50"], 1000 / bare["p50"]))
        bench.table.compare(name, f"pages/s of {totals[what]}", "bare query", pairs, 0.667)


def backups(bench):
    """A second backup, the documents being what they were, against rsync with links to its first copy."""
    instance = filled(bench.jobs)
    folder = fresh(instance.parent / "backups")
    folder.mkdir()

    def back_up(number):
        return figures([BIN / "large_bench", "backup", instance, folder / f"ours-{number}"])["backup"]

    def copy(number):
        earlier = folder / f"copy-{number - 1}" if number else instance  # the first takes no room of its own
        begin = time.monotonic()
        subprocess.run(["rsync", "-a", f"--link-dest={earlier}", f"{instance}/", folder / f"copy-{number}"], check=True)
        return time.monotonic() - begin

    back_up(0), copy(0)
    pairs = []
    for number in range(1, ROUNDS):
        pairs.append((60 / back_up(number), 60 / copy(number)))
        fresh(folder / f"ours-{number - 1}"), fresh(folder / f"copy-{number - 1}")
    fresh(folder)
    bench.table.compare("backup-again", f"backups/min, {bench.jobs} jobs", "rsync --link-dest", pairs, 0.5)


def writers(bench):
    """What open job writers hold: 500 that have taken 1,000 bytes, and one that has taken nothing yet."""
    instance = filled(SMALL_JOBS)

    def added(count, size):
        return figures([BIN / "large_bench", "writers", instance, count, size])["writers"]

    if "writers-500" in bench.chosen:
        bench.table.at_most("writers-500", added(MOST_WRITERS, 1000) / 1024, f"MiB, {MOST_WRITERS} writers", 45)
    if "writer-one" in bench.chosen:
        bench.table.at_most("writer-one", added(FEW_WRITERS, 0) / FEW_WRITERS, f"KiB, mean of {FEW_WRITERS}", 80)
