"""Rows against programs that do one thing: age, dd, SQLCipher, plain SQLite."""
import os
import subprocess

from measuring import BIN, FIRMWARE, MIB, figures, fresh, seconds

SEALING = {"seal-null": ("age", 2.0), "seal-disk": ("dd conv=fsync", 0.8), "open-null": ("age -d", 2.0)}
SQLITE = {"sqlite-insert": 1.4, "sqlite-point": 1.6, "sqlite-scan": 2.2}
AUDIT = {"audit-append": (1, 0.6), "audit-batch": (100, 0.5)}
ERASURES = 100


def container(bench):
    plain, sealed, aged, identity, disk = map(bench.work.joinpath, ("plain", "sealed", "aged", "identity", "disk"))
    mib = 128 if bench.quick else 1024
    with plain.open("wb") as file:
        for _ in range(mib):
            file.write(os.urandom(MIB))
    subprocess.run(["age-keygen", "-o", fresh(identity)], check=True, stderr=subprocess.DEVNULL)
    recipient = subprocess.run(["age-keygen", "-y", identity], check=True, stdout=subprocess.PIPE,
                               text=True).stdout.strip()
    ours = BIN / "container_bench"
    subprocess.run([ours, "seal", plain, sealed], check=True)
    subprocess.run(["age", "-r", recipient, "-o", aged, plain], check=True)

    def to_null(command):
        return seconds(command, stdout=subprocess.DEVNULL)

    def to_disk(command):
        fresh(disk)
        return seconds(command)

    turns = {
        "seal-null": lambda: (to_null([ours, "seal", plain, "/dev/null"]), to_null(["age", "-r", recipient, plain])),
        "seal-disk": lambda: (to_disk([ours, "seal", plain, disk, "sync"]),
                              to_disk(["dd", f"if={plain}", f"of={disk}", "bs=1M", "conv=fsync"])),
        "open-null": lambda: (to_null([ours, "open", sealed, "/dev/null"]),
                              to_null(["age", "-d", "-i", identity, aged])),
    }
    chosen = [name for name in SEALING if name in bench.chosen]
    times = {name: [] for name in chosen}
    for _ in range(bench.rounds):
        for name in chosen:
            times[name].append(turns[name]())
    for path in (plain, sealed, aged, disk):
        fresh(path)
    for name in chosen:
        peer, required = SEALING[name]
        bench.table.compare(name, f"MiB/s of {mib} MiB", peer, [(mib / a, mib / b) for a, b in times[name]], required)


def peer_database(bench):
    for suffix in ("", "-wal", "-shm"):
        fresh(bench.work / f"peer.db{suffix}")
    return bench.work / "peer.db"


def database(bench):
    rows = 50_000 if bench.quick else 200_000
    pairs = []
    for _ in range(bench.rounds):
        mine = figures([BIN / "database_bench", fresh(bench.work / "ours"), rows])
        pairs.append((mine, figures([BIN / "sqlcipher_bench", peer_database(bench), rows])))
    fresh(bench.work / "ours")
    for name, required in SQLITE.items():
        kind = name.removeprefix("sqlite-")
        if name in bench.chosen:
            bench.table.compare(name, f"rows/s of {rows // 1000}k", "SQLCipher", [(a[kind], b[kind]) for a, b in pairs],
                                required)


def erasures(bench):
    """An erasure may cost four durable commits of one row."""
    keys = 20_000 if bench.quick else 2_000_000
    instance = bench.work / "erasures"
    subprocess.run([BIN / "erase_bench", "setup", fresh(instance), str(keys)], check=True)
    rounds = [figures([BIN / "erase_bench", "run", instance, ERASURES]) for _ in range(bench.rounds)]
    fresh(instance)
    bench.table.compare("erase-one", f"erasures/s of {keys} keys", "1-row commit",
                        [(r["erase"], r["commit"]) for r in rounds], 0.25)


def audit(bench):
    """Facts with their events, outbox, drain and signatures included, against the same two tables in plain SQLite."""
    transactions = 1000 if bench.quick else 5000
    for name, (batch, required) in AUDIT.items():
        if name not in bench.chosen:
            continue
        pairs = []
        for _ in range(bench.rounds):
            mine = figures([BIN / "audit_bench", fresh(bench.work / "ours"), transactions, batch])
            pairs.append((mine["facts"],
                          figures([BIN / "plain_audit_bench", peer_database(bench), transactions, batch])["facts"]))
        bench.table.compare(name, f"facts/s, {batch} a commit", "plain SQLite", pairs, required)
    fresh(bench.work / "ours")


def people(bench):
    """A file that is read twice, checked, sealed and audited, against inserting its rows."""
    rows = 5_000 if bench.quick else 100_000
    pairs = []
    for _ in range(bench.rounds):
        mine = figures([BIN / "import_bench", fresh(bench.work / "ours"), rows])
        pairs.append((mine["rows"], figures([BIN / "plain_import_bench", peer_database(bench), rows])["rows"]))
        fresh(bench.work / "ours.password")
    fresh(bench.work / "ours")
    bench.table.compare("import-users", f"rows/s of {rows // 1000}k", "plain SQLite", pairs, 0.3)


def size(bench):
    """Of the build that docs/firmware.md describes, where room is short."""
    stripped = bench.work / "libmyqsec.so"
    subprocess.run(["strip", "--strip-unneeded", "-o", stripped, FIRMWARE / "lib" / "libmyqsec.so"], check=True)
    bench.table.at_most("size-library", stripped.stat().st_size / MIB, "MiB stripped", 1.75)
