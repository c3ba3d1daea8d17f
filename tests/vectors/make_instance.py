#!/usr/bin/env python3
"""Makes the instance, backup and keys of tests/vectors/instance anew: MYQSEC_LIBRARY=… make_instance.py FOLDER

For a format that changed before it was released; released vectors are never made again. `root.key` and `document` are
taken from the folder."""

import os
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python"))
import myqsec  # noqa: E402
from myqsec import KeyFile  # noqa: E402


def main(folder):
    root = KeyFile((folder / "root.key").read_bytes())
    backup = folder / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        instance = os.path.join(place, "instance")
        with myqsec.create(instance, root) as engine:
            host = engine.system()
            _, password = host.first_administrator("admin", full_name="Ada Admin")
            admin = host.login("admin", password)
            owner = admin.create_user("bea", full_name="Bea Blotter", email="bea@example.org")
            queue = admin.create_queue("office")
            job = admin.submit(queue, (folder / "document").read_bytes(), owner=owner, name="letter.txt")
            assert job == 1
            admin.backup(backup)
            (folder / "backup.key").write_text(admin.export_backup_key() + "\n", "ascii")
            (folder / "admin-password").write_text(password + "\n", "ascii")
            shutil.copyfile(os.path.join(instance, "keystore"), folder / "keystore")
            shutil.copyfile(os.path.join(instance, "jobs", ".mark"), folder / "mark")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
