"""What is the same everywhere: pages of lists, columns in docstrings, types of arguments, values of settings and events."""

import inspect
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Dict

from support import BINDING, CARD, InstanceTest, myqsec

PAGED = {"after", "newest_first", "page_size"}


def paged_methods() -> "Dict[str, Callable[..., Any]]":
    return {name: member for name, member in inspect.getmembers(myqsec.Session, inspect.isfunction)
            if not name.startswith("_") and PAGED & set(inspect.signature(member).parameters)}


class Lists(InstanceTest):
    def setUp(self) -> None:
        super().setUp()
        self.group = self.admin.create_group("people")
        self.admin.add_to_group(self.group, self.user)
        self.admin.create_role("previewers", ["job.export"])
        self.admin.give_role("auditor", user=self.user)
        self.admin.give_delegation("admin", owner=self.user)
        now = datetime.now(timezone.utc)
        certificate, _ = myqsec.container.create_certificate(myqsec.container.ECDSA_P256, "auditor", now, now + timedelta(days=1))
        self.admin.import_certificate("auditor", certificate.encode())
        self.system.set_notified_events(["job.held"])
        for name in ("first", "second"):
            self.system.set_host_secret(name, b"secret")
            self.system.set_host_setting(name, "value")
            self.system.set_notification_text("job.held", name, language=name)
        for _ in range(5):
            with self.assertRaises(myqsec.errors.AuthenticationFailed):
                self.system.device_login(self.device, user_name="jana", pin="824610")
        for _ in range(2):
            job = self.system.submit(self.queue, b"page", owner=self.user)
            with self.system.device_login(self.device, card=CARD) as jana:
                jana.release(job, io.BytesIO())
        self.system.submit(self.queue, b"page", owner=self.user, attributes={"copies": 2})
        self.arguments = {"cards": (self.user,), "group_members": (self.group,), "right_holders": ("job.submit",)}

    def test_every_long_list_is_an_iterator_over_all_pages_with_the_same_arguments(self) -> None:
        methods = paged_methods()
        self.assertEqual(len(methods), 19)
        for name, method in methods.items():
            with self.subTest(name):
                self.assertLessEqual(PAGED, set(inspect.signature(method).parameters))
                arguments = self.arguments.get(name, ())
                rows = list(method(self.admin, *arguments))
                self.assertTrue(rows)
                self.assertFalse(isinstance(method(self.admin, *arguments), list))
                key = next(iter(rows[0]))
                keys = [each[key] for each in rows]

                def read(**page: Any) -> "list[int]":
                    return [each[key] for each in method(self.admin, *arguments, **page)]

                self.assertEqual(read(page_size=1), keys)
                self.assertEqual(read(newest_first=True, page_size=2), keys[::-1])
                self.assertEqual(read(after=keys[0]), keys[1:])

    def test_the_docstring_of_every_list_names_all_its_keys(self) -> None:
        shown_by = {"users": "user", "host_settings": "host_setting"}
        for name, method in paged_methods().items():
            self.check_keys(shown_by.get(name, name), next(iter(method(self.admin, *self.arguments.get(name, ())))))
        for name in ("info", "audit_head", "audit_checkpoint", "keys_status"):
            self.check_keys(name, getattr(self.admin, name)())
        for name in ("rights", "audit_keys", "encryption", "health"):
            self.check_keys(name, getattr(self.admin, name)()[0])
        self.check_keys("setting", self.admin.settings()[0])

    def check_keys(self, name: str, row: "Dict[str, Any]") -> None:
        words = set(re.findall(r"\w+", getattr(myqsec.Session, name).__doc__ or ""))
        self.assertEqual(set(row) - words, set(), name)

    def test_releases_are_found_by_person_device_and_time(self) -> None:
        both = list(self.admin.releases())
        self.assertEqual(len(both), 2)
        for wanted in ({"owner": self.user}, {"person": self.user}, {"device": self.device}, {"queue": self.queue},
                       {"since": both[0]["ended"]}):
            self.assertEqual(list(self.admin.releases(**wanted)), both, wanted)  # type: ignore[arg-type]
        self.assertEqual(list(self.admin.releases(job=both[1]["job"])), both[1:])
        for wanted in ({"owner": 1}, {"device": 7}, {"until": both[0]["ended"]}):
            self.assertEqual(list(self.admin.releases(**wanted)), [], wanted)  # type: ignore[arg-type]

    def test_what_events_say_is_parsed(self) -> None:
        created = next(self.admin.audit(action="role.created"))
        self.assertIn({"field": "rights", "old": "", "new": "job.export"}, created["changes"])
        self.assertEqual(created["personal"], {})
        for event in self.admin.audit():
            self.assertIsInstance(event["changes"], list)
            self.assertIsInstance(event["personal"], dict)
            json.dumps([event["changes"], event["personal"]])


class Arguments(InstanceTest):
    def test_an_argument_of_a_wrong_type_is_refused_by_name(self) -> None:
        session: Any = self.admin
        for name, work in {
            "user": lambda: session.user("jana"),
            "job": lambda: session.cancel_job(None),
            "owner": lambda: session.submit(self.queue, b"x", owner="jana"),
            "document": lambda: session.submit(self.queue, "a.pdf"),
            "user_name": lambda: session.create_user(5),
            "password": lambda: session.set_password(self.user, b"secret"),
            "rights": lambda: session.create_role("readers", "job.export"),
            "target": lambda: session.release(1, "printer"),
            "page_size": lambda: session.jobs(page_size="10"),
            "value": lambda: session.set_setting("device.idle_timeout", [5]),
            "idle_timeout": lambda: session.create_device("desk", idle_timeout="5min"),
            "kind": lambda: session.create_queue("q", 1.5),
            "certificates": lambda: session.create_queue("q", certificates="12"),
            "since": lambda: session.audit(since="yesterday"),
            "attributes['copies']": lambda: session.submit(self.queue, b"x", attributes={"copies": 1.5}),
            "contents": lambda: myqsec.KeyFile("root.key"),  # type: ignore[arg-type]
            "cache_kib": lambda: myqsec.open("x", "y", cache_kib="z"),  # type: ignore[arg-type]
        }.items():
            with self.subTest(name), self.assertRaisesRegex(TypeError, rf"^{re.escape(name)} must be .*, not \w+"):
                work()

    def test_a_number_that_does_not_fit_is_refused_by_name(self) -> None:
        for name, work in {
            "user": lambda: self.admin.user(2**63),
            "methods": lambda: self.admin.create_device("desk", methods=2**32),
            "page_size": lambda: self.admin.jobs(page_size=2**32),
            "version": lambda: self.admin.export_backup_key(-1),
            "max_job_size": lambda: self.admin.create_queue("q", max_job_size=2**70),
            "attributes['copies']": lambda: self.system.submit(self.queue, b"x", attributes={"copies": 2**31}),
        }.items():
            with self.subTest(name), self.assertRaisesRegex(OverflowError, rf"^{re.escape(name)} is -?\d+, out of range"):
                work()

    def test_a_page_has_rows(self) -> None:
        for size in (0, -1):
            with self.assertRaisesRegex(ValueError, "page_size must be at least 1"):
                self.admin.users(page_size=size)

    def test_what_a_row_says_is_what_a_method_takes(self) -> None:
        self.admin.change_user(self.user, state="disabled")
        self.assertEqual(self.admin.user(self.user)["state"], "disabled")
        self.assertEqual([each["id"] for each in self.admin.users(state="disabled")], [self.user])
        self.admin.change_user(self.user, state="active")
        with self.assertRaisesRegex(ValueError, "active, disabled"):
            self.admin.users(state="away")

    def test_states_are_one_or_several(self) -> None:
        job = self.system.submit(self.queue, b"x", owner=self.user)
        wanted: Any
        for wanted in ("pending-held", "completed pending-held", ["pending-held"], {"completed", "pending-held"}, iter(["pending-held"])):
            self.assertEqual([each["id"] for each in self.admin.jobs(states=wanted)], [job])
        self.assertEqual(list(self.admin.jobs(states=["completed"])), [])

    def test_a_queue_is_made_of_what_a_queue_says_of_itself(self) -> None:
        for each in list(self.admin.queues()):
            self.admin.create_queue("another " + each["name"], each["kind"])
        with self.assertRaisesRegex(ValueError, "secure, private, direct"):
            self.admin.create_queue("odd", "odd")

    def test_settings_take_values_as_python_has_them(self) -> None:
        for name, value, text in (("lockout.failures", 7, "7"), ("device.idle_timeout", timedelta(minutes=2), "2min"),
                                  ("pin.blocked_share", 0.25, "0.25"), ("recovery.delay", timedelta(0), "0s"),
                                  ("spool.max_job_size", "10MiB", "10MiB")):
            self.admin.set_setting(name, value)
            self.assertEqual(self.admin.setting(name)["value"].rstrip("0") or "0", text.rstrip("0") or "0", name)

    def test_errors_name_the_argument_that_is_wrong(self) -> None:
        for words, work in (("older is 5000", lambda: self.admin.audit_consistency(5000)),
                            ("newer is 9000", lambda: self.admin.audit_consistency(5, 9000)),
                            ("sequence is 0", lambda: self.admin.audit_inclusion(0)),
                            (r"attribute 'sides'", lambda: self.system.submit(self.queue, b"", owner=self.user, attributes={"sides": "x" * 2000})),
                            ("no right 'job.exprot'", lambda: self.admin.create_role("x", ["job.export", "job.exprot"]))):
            with self.assertRaisesRegex(myqsec.errors.InvalidArgument, words):
                work()


class Roles(InstanceTest):
    def test_a_role_is_renamed_and_given_other_rights_in_one_call(self) -> None:
        role = self.admin.create_role("readers", ["job.export", "audit.read"])
        self.admin.give_role("readers", user=self.user)
        self.admin.set_password(self.user, "correct pony fuel cell")
        jana = self.system.login("jana", "correct pony fuel cell")
        self.admin.change_role(role, name="auditors", rights=["audit.read", "job.export", "device.manage"])
        self.assertIn("device.manage", jana.info()["rights"])  # nobody lost anything
        changed = next(self.admin.audit(action="role.changed"))
        self.assertEqual([each["field"] for each in changed["changes"]], ["name", "rights"])
        self.admin.change_role(role, rights=["audit.read"])
        with self.assertRaises(myqsec.errors.SessionEnded):
            jana.info()
        [mine] = [each for each in self.admin.roles() if each["id"] == role]
        self.assertEqual((mine["name"], mine["rights"]), ("auditors", "audit.read"))
        self.admin.change_role(role)
        self.assertEqual(len(list(self.admin.audit(action="role.changed"))), 2)

    def test_who_changes_a_role_needs_its_rights_before_and_after(self) -> None:
        role = self.admin.create_role("keepers", ["key.manage"])
        weak = self.admin.create_role("role keepers", ["role.manage", "audit.read"])
        self.admin.give_role("role keepers", user=self.user)
        self.admin.set_password(self.user, "correct pony fuel cell")
        with self.system.login("jana", "correct pony fuel cell") as jana:
            for which, rights in ((role, ["audit.read"]), (weak, ["role.manage", "key.manage"])):
                with self.assertRaises(myqsec.errors.AccessDenied):
                    jana.change_role(which, rights=rights)
            for which, error in ((1, myqsec.errors.NotPossible), (10**6, myqsec.errors.NotFound)):
                with self.assertRaises(error):
                    self.admin.change_role(which, name="x")
            for name in ("administrator", "keepers"):
                with self.assertRaises(myqsec.errors.Exists):
                    self.admin.change_role(weak, name=name)

    def test_the_host_has_few_rights_and_the_header_names_them(self) -> None:
        rights = self.system.info()["rights"].split()
        own = {each for each in rights if each.startswith(("host.", "notification."))}
        self.assertEqual(len(own), 7)
        self.assertEqual(set(rights) - own, {"instance.tick", "job.submit.for-others", "session.host", "health.read"})
        header = (BINDING.parents[1] / "include" / "myqsec" / "engine.h").read_text("utf-8")
        comment = header[:header.index("myqsec_system_session(")].rsplit("/**", 1)[1]
        for right in set(rights) - own:
            self.assertIn(right, comment)
        for kind in ("events", "secrets", "settings", "notifications"):
            self.assertIn(kind, comment)


class CardPasswords(InstanceTest):
    def test_a_password_for_use_with_a_card_may_be_shorter_and_administers_nothing(self) -> None:
        with self.assertRaisesRegex(myqsec.errors.LimitExceeded, "15"):
            self.admin.set_password(self.user, "kumquat-7")
        self.admin.set_password(self.user, "kumquat-7", with_card=True)
        self.assertEqual(self.admin.user(self.user)["password_use"], "with-card")
        self.admin.change_device(self.device, methods=myqsec.METHOD_CARD_PASSWORD | myqsec.METHOD_NAME_PASSWORD)
        self.system.device_login(self.device, card=CARD, password="kumquat-7").close()
        with self.assertRaises(myqsec.errors.AuthenticationFailed):
            self.system.device_login(self.device, user_name="jana", password="kumquat-7")
        with self.assertRaises(myqsec.errors.AuthenticationFailed):
            self.system.login("jana", "kumquat-7")
        self.admin.set_setting("password.min_length_second_factor", 12)
        with self.assertRaisesRegex(myqsec.errors.LimitExceeded, "12"):
            self.admin.set_password(self.user, "kumquat-7", with_card=True)


class SmallDevices(unittest.TestCase):
    def test_a_new_instances_passwords_cost_what_its_root_says_whatever_its_kind(self) -> None:
        for root in (myqsec.KeyFile(b"k" * 32, memory_kib=7168, iterations=5),
                     myqsec.Passphrase("correct horse battery staple", memory_kib=7168, iterations=5)):
            with tempfile.TemporaryDirectory() as folder, myqsec.create(Path(folder) / "i", root) as engine:
                system = engine.system()
                admin = system.login("admin", system.first_administrator("admin")[1])
                self.assertEqual(admin.setting("kdf.memory_kib")["value"], "7168")
                self.assertEqual(admin.setting("kdf.iterations")["value"], "5")
                events = list(admin.audit(action="settings.changed"))
                self.assertEqual([each["actor_kind"] for each in events], ["system", "system"])

    def test_an_instance_with_its_first_administrator_is_made_in_a_few_megabytes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = textwrap.dedent("""
                import sys, myqsec
                root = myqsec.KeyFile(b"k" * 32, memory_kib=7168, iterations=5)
                with myqsec.create(sys.argv[1], root) as engine, engine.system() as system:
                    system.login("admin", system.first_administrator("admin")[1]).close()
            """)
            made = subprocess.run([sys.executable, "-c", textwrap.dedent("""
                import resource, subprocess, sys
                subprocess.run([sys.executable, "-c", sys.argv[1], sys.argv[2]], check=True)
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """), script, str(Path(folder) / "instance")], env={**os.environ, "PYTHONPATH": str(BINDING)},
                capture_output=True, text=True, check=True)
            self.assertLess(int(made.stdout), 56 * 1024, "KiB, of which Python has some 15,000")
