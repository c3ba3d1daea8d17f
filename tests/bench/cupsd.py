"""A cupsd of the benchmark's own: configuration, spool and socket in one folder, a queue, no TLS. Not the system's."""
import grp
import os
import pathlib
import pwd
import shutil
import subprocess
import time

QUEUE = "held"
START_SECONDS = 30

# As it comes, but for what keeps it in the folder and lets it hold as many jobs as there are.
DAEMON = """\
Listen {socket}
Browsing No
WebInterface No
DefaultAuthType None
DefaultEncryption Never
MaxJobs 0
MaxClients 200
LogLevel warn
<Location />
  Order allow,deny
  Allow all
</Location>
"""
FILES = """\
ServerRoot {folder}/etc
RequestRoot {folder}/spool
TempDir {folder}/spool/tmp
CacheDir {folder}/cache
StateDir {folder}/run
ErrorLog {folder}/log/error
AccessLog {folder}/log/access
PageLog {folder}/log/page
FileDevice Yes
Sandboxing relaxed
SystemGroup root
User {user}
Group {group}
"""
PRINTER = """\
<DefaultPrinter {queue}>
DeviceURI file:///dev/null
State Idle
Accepting Yes
Shared No
</DefaultPrinter>
"""


def account():
    """Who runs filters and owns the spool: the daemon's own choice as root, else whoever we are."""
    if os.geteuid() == 0:
        return "lp", "lp"
    return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name


class Daemon:
    """Runs from entering to leaving; `socket` is where it listens."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.socket = self.folder / "socket"
        self.process = None

    def __enter__(self):
        user, group = account()
        self.folder.mkdir(mode=0o755)
        for name in ("etc", "spool", "spool/tmp", "cache", "run", "log"):
            (self.folder / name).mkdir()
        if os.geteuid() == 0:
            # Its parent is the benchmark's: the account of filters must be able to enter.
            shutil.chown(self.folder / "spool/tmp", user, group)
        etc = self.folder / "etc"
        fields = {"folder": self.folder, "socket": self.socket, "user": user, "group": group, "queue": QUEUE}
        for name, text in (("cupsd.conf", DAEMON), ("cups-files.conf", FILES), ("printers.conf", PRINTER)):
            (etc / name).write_text(text.format(**fields))
        # A copy: where AppArmor confines the system's cupsd to the system's folders, it goes by the program's path.
        daemon = shutil.copy2(shutil.which("cupsd", path="/usr/sbin:/usr/local/sbin:/usr/bin"), self.folder / "cupsd")
        self.process = subprocess.Popen([daemon, "-f", "-c", etc / "cupsd.conf", "-s", etc / "cups-files.conf"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.await_socket()
        return self

    def await_socket(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.socket.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = self.folder / "log" / "error"
                said = log.read_text() if log.exists() else "no log"
                self.__exit__()
                raise SystemExit(f"cupsd did not start: {said}")
            time.sleep(0.05)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
