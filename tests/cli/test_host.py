"""What belongs to the host, and its health."""

from support import InstanceTest


class Host(InstanceTest):
    def test_secrets_of_the_host_are_kept_and_read(self) -> None:
        (self.folder / self.file("key.pem", "-----BEGIN Quillfeather\n")).chmod(0o600)
        self.says("host", "secret", "set", "tls.key", "key.pem")
        self.assertEqual(self.says("host", "secret", "read", "tls.key"), "-----BEGIN Quillfeather\n")
        self.assertEqual([each["name"] for each in self.as_admin("host", "secret", "list")], ["tls.key"])
        self.says(*self.admin, "host", "secret", "remove", "tls.key")
        self.complains(4, "host", "secret", "read", "tls.key")
        self.assertNotIn("Quill", self.says(*self.admin, "audit", "list"))

    def test_settings_and_events_of_the_host_are_in_the_audit_log(self) -> None:
        self.says("host", "setting", "set", "ldap.url", "ldaps://a")
        self.assertEqual(self.json("host", "setting", "show", "ldap.url")[0]["value"], "ldaps://a")
        self.says("host", "event", "ldap.sync", "--field", "server=a", "--field", "error=x=y", "--result", "failed")
        self.complains(2, "host", "event", "ldap.sync", "--field", "server")
        self.says("host", "setting", "remove", "ldap.url")
        self.assertEqual(self.json("host", "setting", "list"), [])
        log = self.says(*self.admin, "audit", "list")
        for each in ("host.ldap.sync", "x=y", "host.setting-changed"):
            self.assertIn(each, log)

    def test_notifications_are_told_and_acknowledged(self) -> None:
        self.says("notification", "events", "host.event")
        self.assertEqual(self.json("notification", "events"), [{"event": "host.event"}])
        self.says("notification", "text", "set", "host.event", "It was {new.event}", "at {time}")
        self.says("host", "event", "something")
        waiting, = self.json("notification", "list")
        worded, = self.json("notification", "word", waiting["id"])
        self.assertEqual(worded["subject"], "It was host.something")
        self.says("notification", "acknowledge", waiting["id"])
        self.assertEqual(self.json("notification", "list"), [])
        self.says("notification", "text", "remove", "host.event")
        self.assertEqual(self.json("notification", "text", "list"), [])

    def test_the_health_says_what_is_missing(self) -> None:
        self.assertIn("backup-missing", [each["code"] for each in self.json("health")])
