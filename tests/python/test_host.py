from support import InstanceTest, myqsec


class Host(InstanceTest):
    def test_secrets_are_kept_read_and_removed(self) -> None:
        self.system.set_host_secret("tls.key", b"\0secret\n")
        self.assertEqual(self.admin.host_secret("tls.key"), b"\0secret\n")
        self.assertEqual([each["name"] for each in self.system.host_secrets()], ["tls.key"])
        self.admin.remove_host_secret("tls.key")
        with self.assertRaises(myqsec.errors.NotFound):
            self.system.host_secret("tls.key")

    def test_queues_and_devices_are_found_by_name(self) -> None:
        self.assertEqual(self.system.find_queue("private"), self.queue)
        self.assertEqual(self.system.find_device("lobby"), self.device)
        with self.assertRaises(myqsec.errors.NotFound):
            self.system.find_device("private")

    def test_settings_are_set_and_removed(self) -> None:
        self.system.set_host_setting("ldap.url", "ldaps://a")
        self.assertEqual(self.admin.host_setting("ldap.url")["value"], "ldaps://a")
        self.assertEqual([each["name"] for each in self.admin.host_settings()], ["ldap.url"])
        self.system.set_host_setting("ldap.url", None)
        self.assertEqual(list(self.admin.host_settings()), [])

    def test_events_are_in_the_audit_log(self) -> None:
        self.system.record_event("ldap.sync", result="failed", fields={"server": "a", "state": ("up", "down")},
                                 person=self.user, details="Jana Nová")
        event = next(self.admin.audit(action="host.event"))
        self.assertEqual(event["changes"], [{"field": "event", "old": "", "new": "host.ldap.sync"},
                                            {"field": "server", "old": "", "new": "a"},
                                            {"field": "state", "old": "up", "new": "down"}])
        self.assertEqual((event["result"], event["personal"]), ("failed", {"details": "Jana Nová"}))
        with self.assertRaises(ValueError):
            self.system.record_event("x", result="odd")

    def test_a_person_is_vouched_for_and_comes_again_with_a_ticket(self) -> None:
        with self.assertRaises(myqsec.errors.AccessDenied):
            self.system.vouch(self.user, method="oidc", issuer="https://id.example")
        self.admin.set_setting("login.host_vouches", True)
        with self.system.vouch(self.user, method="oidc", issuer="https://id.example", rights=["profile.own"]) as jana:
            self.assertEqual(jana.info()["rights"], "profile.own")
            ticket, expires = jana.issue_ticket("10.0.0.7")
        self.assertGreater(expires, next(self.admin.audit(newest_first=True))["time"])
        with self.system.redeem_ticket(ticket, "10.0.0.7") as again:
            self.assertEqual(again.info()["user"], self.user)
            self.system.withdraw_ticket(ticket)
            with self.assertRaises(myqsec.errors.SessionEnded):
                again.info()
        with self.assertRaises(myqsec.errors.AuthenticationFailed):
            self.system.redeem_ticket(ticket, "10.0.0.7")

    def test_notifications_are_queued_worded_and_acknowledged(self) -> None:
        self.system.set_notified_events(["job.held", "user.locked"])
        self.assertEqual(self.system.notified_events(), ["user.locked", "job.held"])
        self.system.set_notification_text("job.held", "A job for {full_name}", "in queue {new.queue}")
        job = self.system.submit(self.queue, b"x", owner=self.user)
        one, = self.system.notifications()
        self.assertEqual((one["event"], one["object_kind"], one["object"], one["user"]), ("job.held", "job", job, self.user))
        worded = self.system.word_notification(one["id"])
        self.assertEqual((worded["subject"], worded["body"]), ("A job for Jana Nová", f"in queue {self.queue}"))
        self.assertEqual([each["event"] for each in self.admin.notification_texts()], ["job.held"])
        self.system.acknowledge_notifications(one["id"])
        self.assertEqual(list(self.system.notifications()), [])
        self.system.set_notification_text("job.held", None)
        self.assertEqual(list(self.admin.notification_texts()), [])
