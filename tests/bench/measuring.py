"""What the rows of the benchmark share: programs and their figures, folders, the table."""
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

BUILD = pathlib.Path("build").resolve()
FIRMWARE = pathlib.Path("build-firmware").resolve()
BIN = BUILD / "bin"
MIB = 1 << 20
COLUMNS = ("work", "ours", "unit", "peer", "peer_value", "ratio", "required")
SYNC_SAMPLES = 50


def seconds(command, **arguments):
    os.sync()  # what an earlier run left to be written is not this one's
    begin = time.monotonic()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, **arguments)
    return time.monotonic() - begin


def figures(command, **arguments):
    """What a program prints: a name and a number a line."""
    output = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True,
                            **arguments).stdout
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def slow_figures(command):
    """The same of a program whose syncs are counted, and take longer if it says so."""
    return figures(command, env={**os.environ, "LD_PRELOAD": str(BUILD / "lib" / "slow_sync.so")})


def fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    return path


def sync_milliseconds(folder):
    """How long the folder's disk takes to make a page durable."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(SYNC_SAMPLES):
            os.pwrite(file.fileno(), os.urandom(4096), 0)
            begin = time.monotonic()
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - begin)
    return statistics.median(times) * 1000


class Table:
    def __init__(self):
        self.rows = []

    def head(self):
        print("  ".join(f"{column:<22}" for column in COLUMNS))

    def add(self, work, ours, unit, peer="-", peer_value=None, ratio=None, required="-", met=True, note=""):
        shown = [work, f"{ours:.4g}", unit, peer] + [("-" if v is None else f"{v:.4g}") for v in (peer_value, ratio)]
        self.rows.append((*shown, str(required), note, met))
        print("  ".join(f"{text:<22}" for text in self.rows[-1][:-2]), "" if met else "MISSED", flush=True)
        if note:
            print(f"    {note}", flush=True)

    def compare(self, work, unit, peer, pairs, required="-", note=""):
        """`pairs`: (ours, peer's) of each round. The ratio is that of their medians."""
        ours, theirs = (statistics.median(each) for each in zip(*pairs))
        ratio = ours / theirs
        self.add(work, ours, unit, peer, theirs, ratio, required, required == "-" or ratio >= required, note)

    def at_most(self, work, value, unit, limit, **more):
        self.add(work, value, unit, required=f"<= {limit}", met=value <= limit, **more)

    def missed(self):
        return [row[0] for row in self.rows if not row[-1]]

    def write(self, path):
        lines = ["\t".join((*COLUMNS, "note"))] + ["\t".join(row[:-1]) for row in self.rows]
        path.write_text("\n".join(lines) + "\n")


class Bench:
    """One run: which rows, how large, and where."""

    def __init__(self, chosen, options, work, memory):
        self.chosen = chosen
        self.quick = options.quick
        self.rounds = 3 if options.quick else 5
        self.has_base = options.base is not None
        self.jobs = options.jobs or (5_000 if options.quick else 2_000_000)
        self.work = work  # on the disk that the build is on
        self.memory = memory  # in memory, where syncs take what we say
        self.table = Table()
