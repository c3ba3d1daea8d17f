"""Runs the benchmark programs and their peers in turns, and prints what comes of it. Called by tests/bench/run."""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path("build")
BIN = (BUILD / "bin").resolve()
MIB = 1 << 20
COLUMNS = ("work", "ours", "unit", "peer", "peer_value", "ratio", "required")

QUICK = "--quick" in sys.argv[1:]
ROUNDS = 3 if QUICK else 5
FILE_MIB = 128 if QUICK else 1024
ROWS = 50_000 if QUICK else 200_000
JOBS = 50 if QUICK else 300
KEYS = 20_000 if QUICK else 2_000_000
ERASURES = 100
FACTS = 1000 if QUICK else 5000


def seconds(command, **arguments):
    os.sync()  # what an earlier run left to be written is not this one's
    begin = time.monotonic()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, **arguments)
    return time.monotonic() - begin


def figures(command):
    """What a program prints: a name and a number a line."""
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    return path


class Table:
    def __init__(self):
        self.rows = []

    def add(self, work, ours, unit, peer="-", peer_value=None, ratio=None, required="-", met=True):
        shown = [work, f"{ours:.4g}", unit, peer] + [("-" if v is None else f"{v:.4g}") for v in (peer_value, ratio)]
        self.rows.append((*shown, str(required), met))
        print("  ".join(f"{text:<22}" for text in self.rows[-1][:-1]), "" if met else "MISSED", flush=True)

    def compare(self, work, unit, peer, pairs, required="-"):
        """`pairs`: (ours, peer's) of each round. The ratio is that of their medians."""
        ours, theirs = (statistics.median(each) for each in zip(*pairs))
        ratio = ours / theirs
        self.add(work, ours, unit, peer, theirs, ratio, required, required == "-" or ratio >= required)

    def write(self, path):
        lines = ["\t".join(COLUMNS)] + ["\t".join(row[:-1]) for row in self.rows]
        path.write_text("\n".join(lines) + "\n")


def container(table, work):
    plain, sealed, aged, identity = (work / name for name in ("plain", "sealed", "aged", "identity"))
    with plain.open("wb") as file:
        for _ in range(FILE_MIB):
            file.write(os.urandom(MIB))
    subprocess.run(["age-keygen", "-o", fresh(identity)], check=True, stderr=subprocess.DEVNULL)
    recipient = subprocess.run(["age-keygen", "-y", identity], check=True, stdout=subprocess.PIPE,
                               text=True).stdout.strip()
    ours = BIN / "container_bench"
    subprocess.run([ours, "seal", plain, sealed], check=True)
    subprocess.run(["age", "-r", recipient, "-o", aged, plain], check=True)
    disk = work / "disk"

    def to_null(command):
        return seconds(command, stdout=subprocess.DEVNULL)

    rows = {"seal-null": [], "seal-disk": [], "open-null": []}
    for _ in range(ROUNDS):
        rows["seal-null"].append((to_null([ours, "seal", plain, "/dev/null"]), to_null(["age", "-r", recipient, plain])))
        fresh(disk)
        mine = seconds([ours, "seal", plain, disk, "sync"])
        fresh(disk)
        rows["seal-disk"].append((mine, seconds(["dd", f"if={plain}", f"of={disk}", "bs=1M", "conv=fsync"])))
        rows["open-null"].append((to_null([ours, "open", sealed, "/dev/null"]),
                                  to_null(["age", "-d", "-i", identity, aged])))
    for path in (plain, sealed, aged, disk):
        fresh(path)
    for (name, times), peer, required in zip(rows.items(), ("age", "dd conv=fsync", "age -d"), (0.9, 0.5, 0.9)):
        table.compare(name, f"MiB/s of {FILE_MIB} MiB", peer, [(FILE_MIB / a, FILE_MIB / b) for a, b in times], required)


def database(table, work):
    pairs, replay = [], []
    for _ in range(ROUNDS):
        mine = figures([BIN / "database_bench", fresh(work / "ours"), str(ROWS)])
        for suffix in ("", "-wal", "-shm"):
            fresh(work / f"peer.db{suffix}")
        pairs.append((mine, figures([BIN / "sqlcipher_bench", work / "peer.db", str(ROWS)])))
        without = figures([BIN / "database_bench", fresh(work / "ours"), str(ROWS), "without-replay-detection"])
        replay.append(tuple(workload_rate(each) for each in (mine, without)))
    fresh(work / "ours")
    for name in ("insert", "point", "scan"):
        table.compare(f"sqlite-{name}", f"rows/s of {ROWS // 1000}k", "SQLCipher", [(a[name], b[name]) for a, b in pairs],
                      1.0)
    table.compare("sqlite-replay", "workloads/h", "without detection", replay)


def workload_rate(rates):
    """Insertions, point reads and scans as one: how often the whole of it is done in an hour."""
    return 3600 / (ROWS / rates["insert"] + 100_000 / rates["point"] + 5 * ROWS / rates["scan"])


def submissions(table, work):
    pairs = []
    ours, plain = work / "instance", work / "plain-jobs"
    subprocess.run([BIN / "submit_bench", "setup", fresh(ours)], check=True)
    for _ in range(ROUNDS):
        mine = figures([BIN / "submit_bench", "submit", ours, str(JOBS), "100000"])
        fresh(plain).mkdir()
        pairs.append((mine["submit"],
                      figures([BIN / "plain_submit_bench", plain, str(JOBS), "100000"])["submit"]))
    fresh(plain)
    table.compare("submit-100k", "jobs/s", "file + SQLite", pairs)


def erasures(table, work):
    """An erasure may cost four durable commits of one row."""
    instance = work / "erasures"
    subprocess.run([BIN / "erase_bench", "setup", fresh(instance), str(KEYS)], check=True)
    rounds = [figures([BIN / "erase_bench", "run", instance, str(ERASURES)]) for _ in range(ROUNDS)]
    fresh(instance)
    table.compare("erase-one", f"erasures/s of {KEYS} keys", "1-row commit", [(r["erase"], r["commit"]) for r in rounds],
                  0.25)


def audit(table, work):
    """Facts with their events, outbox, drain and signatures included, against the same two tables in plain SQLite."""
    for name, transactions, batch, required in (("audit-append", FACTS, 1, 0.6), ("audit-batch", FACTS, 100, 0.5)):
        pairs = []
        for _ in range(ROUNDS):
            mine = figures([BIN / "audit_bench", fresh(work / "ours"), str(transactions), str(batch)])
            for suffix in ("", "-wal", "-shm"):
                fresh(work / f"peer.db{suffix}")
            theirs = figures([BIN / "plain_audit_bench", work / "peer.db", str(transactions), str(batch)])
            pairs.append((mine["facts"], theirs["facts"]))
        table.compare(name, f"facts/s, {batch} a commit", "plain SQLite", pairs, required)
    fresh(work / "ours")


def memory(table, work):
    """The peak memory of one process that submits one job, SQLite's cache of 2,000 KiB left out."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([BIN / "submit_bench", "submit", work / "instance", "1", str(4 << 30)], stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
    if status:
        sys.exit("the job of 4 GiB could not be submitted")
    peak = usage.ru_maxrss / 1024 - 2000 / 1024
    table.add("rss-4gib", peak, "MiB", required="<= 24", met=peak <= 24)


def size(table, work):
    stripped = work / "libmyqsec.so"
    subprocess.run(["strip", "--strip-unneeded", "-o", stripped, BUILD / "lib" / "libmyqsec.so"], check=True)
    mib = stripped.stat().st_size / MIB
    table.add("size-library", mib, "MiB stripped", required="<= 1.5", met=mib <= 1.5)


def main():
    kind = "smoke test: these figures decide nothing" if QUICK else "median"
    print(f"{ROUNDS} interleaved rounds, {kind}")
    print("  ".join(f"{column:<22}" for column in COLUMNS))
    table = Table()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=BUILD) as folder:
        work = pathlib.Path(folder)
        container(table, work)
        database(table, work)
        submissions(table, work)
        erasures(table, work)
        audit(table, work)
        if not QUICK:
            memory(table, work)
        size(table, work)
    table.write(BUILD / "bench.tsv")
    print(f"Written to {BUILD / 'bench.tsv'}")
    missed = [row[0] for row in table.rows if not row[-1]]
    if missed:
        print("Missed:", ", ".join(missed))
    return 1 if missed and not QUICK else 0


if __name__ == "__main__":
    sys.exit(main())
