import os
import pickle
import subprocess
import sys

from support import InstanceTest, myqsec
from myqsec import errors


class Errors(InstanceTest):
    def test_a_status_is_an_exception_of_its_own_class(self) -> None:
        with self.assertRaises(errors.NotFound) as caught:
            self.admin.user(12345)
        self.assertEqual((caught.exception.status, caught.exception.name), (-5, "MYQSEC_ERR_NOT_FOUND"))
        self.assertTrue(str(caught.exception))
        self.assertIsInstance(caught.exception, myqsec.Error)

    def test_what_fails_names_its_reason(self) -> None:
        with self.assertRaises(errors.AuthenticationFailed):
            self.system.login("admin", "wrong")
        with self.assertRaises(errors.Exists):
            self.admin.create_user("JANA")
        with self.assertRaises(errors.AccessDenied):
            self.system.users()
        with self.assertRaises(errors.InUse):
            myqsec.open(self.directory, "whatever")
        self.engine.close()
        with self.assertRaises(errors.WrongKey):
            myqsec.open(self.directory, "another passphrase")

    def test_an_ended_session_says_so_and_a_closed_one_too(self) -> None:
        self.admin.logout()
        with self.assertRaises(errors.SessionEnded):
            self.admin.users()
        self.admin.close()
        self.admin.close()
        with self.assertRaises(ValueError):
            self.admin.users()

    def test_text_is_not_cut_at_a_nul(self) -> None:
        with self.assertRaises(ValueError):
            self.admin.create_user("jana\0x")

    def test_an_error_survives_pickling(self) -> None:
        error = pickle.loads(pickle.dumps(errors.NotFound(-5, "MYQSEC_ERR_NOT_FOUND", "no such user")))
        self.assertEqual((type(error), error.status, str(error)), (errors.NotFound, -5, "no such user"))

    def test_a_fresh_process_that_may_open_no_more_files_is_told_so(self) -> None:
        self.engine.close()
        script = """
import os, resource, sys
import myqsec
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
taken = []
try:
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
while taken:
    try:
        myqsec.open(sys.argv[1], sys.argv[2]).close()
        break
    except myqsec.Error as error:
        print(f"{error.name}: {error}")
    os.close(taken.pop())
"""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        said = subprocess.run([sys.executable, "-c", script, str(self.directory), "correct horse battery staple"], env=environment,
                              check=True, capture_output=True, text=True, timeout=120).stdout.splitlines()
        self.assertGreater(len(said), 5)
        for sentence in said:
            self.assertIn("Too many open files", sentence)
            self.assertTrue(sentence.startswith("MYQSEC_ERR_IO"), sentence)
