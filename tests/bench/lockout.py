"""What lockout lets through, and what it costs honest people, at a simulated site."""
import measuring

ROWS = {"lockout-hits": "accounts", "lockout-waiting": "% of logins", "lockout-longest": "s"}
SITE, DAYS = (10_000, 500), 30
SMALL_SITE, FEW_DAYS = (1_000, 50), 5
TYPING_ERRORS = (1, 5, 10)  # percent


def site(bench):
    """Guessers at all devices, at every name and some found cards; guessers at names that nobody has. Waiting is that of
    people at whose account, by their method, nobody guessed."""
    users, devices = SMALL_SITE if bench.quick else SITE
    days = FEW_DAYS if bench.quick else DAYS

    def simulated(percent, attack):
        return measuring.figures([measuring.BIN / "lockout_bench", users, devices, days, percent, attack])

    attacked = [simulated(percent, "all") for percent in TYPING_ERRORS]
    beside = [simulated(percent, "names") for percent in TYPING_ERRORS]
    note = f"{users} users, {devices} devices, {days} days, typing errors of {TYPING_ERRORS} %"
    if "lockout-hits" in bench.chosen:
        bench.table.at_most("lockout-hits", max(each["hits"] for each in attacked), ROWS["lockout-hits"], 0.05,
                            note=f"{note}: {max(each['guesses'] for each in attacked):.0f} guesses were looked at")
    if "lockout-waiting" in bench.chosen:
        bench.table.at_most("lockout-waiting", max(each["spared_waited_percent"] for each in (*attacked, *beside)),
                            ROWS["lockout-waiting"], 1, note=note)
    if "lockout-longest" in bench.chosen:
        bench.table.at_most("lockout-longest", max(each["spared_longest_seconds"] for each in (*attacked, *beside)),
                            ROWS["lockout-longest"], 300, note=note)
