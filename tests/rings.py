"""The five rings of tests and what a test of each may cost, so that the suite stays as fast as it is.

A test belongs to the innermost ring that can fail for its reason. One that uses much more than five times its ring's CPU
time, and that each of three times, fails: it moves to another ring, becomes cheaper, or is named below with its reason.
"""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

GRACE = 5.0
"""How many times its ring's usual CPU time a test may use."""
MARGIN = 1.5
"""By how much more one machine may need for the same than another, which no measure of its speed tells."""
TRIES = 3
"""How often a test may try to be cheap enough."""
NOISE = 0.05
"""CPU seconds that hit some test by chance: a search for garbage, an import that nobody needed before."""


@dataclass(frozen=True)
class Ring:
    """What a test of a ring usually costs in CPU seconds: on PostgreSQL, and for each process that it starts, apart."""

    name: str
    cpu: float
    on_postgresql: float = 0.0
    each_start: float = 0.0


PURE = Ring("pure", 0.004)
SERVICE = Ring("service", 0.015, on_postgresql=0.06)
WORLD = Ring("world", 0.15)
FLEET = Ring("fleet", 0.3, each_start=0.3)
BROWSER = Ring("browser", 0.7)

RINGS: tuple[tuple[str, Ring], ...] = (
    ("page/", BROWSER),
    ("races/test_at_once", FLEET),
    ("races/test_behind_a_pooler", FLEET),
    ("races/test_full_disk", FLEET),
    ("races/test_digests", FLEET),
    ("races/test_killed", FLEET),
    ("races/test_slept", FLEET),
    ("races/test_stopping", FLEET),
    ("sandbox/test_serve", FLEET),
    ("soak/", FLEET),
    ("sandbox/test_tour", FLEET),
    ("slack/test_charts", FLEET),
    ("spend/test_front_door_charts", FLEET),
    ("spend/test_pictures", FLEET),
    ("test_benchmarks", FLEET),
    ("cli/test_app", FLEET),
    ("cli/test_output", FLEET),
    ("cli/test_start", FLEET),
    ("test_suite", FLEET),
    ("approvals/test_evaluation", PURE),
    ("approvals/test_held", SERVICE),
    ("approvals/test_on_record", SERVICE),
    ("approvals/test_overlaps_any", PURE),
    ("approvals/test_overlaps", SERVICE),
    ("approvals/test_model", PURE),
    ("approvals/test_ask_facts", PURE),
    ("approvals/test_request_card", PURE),
    ("sandbox/test_claude_days", PURE),
    ("sandbox/test_validation.py", PURE),
    ("spend/reports/test_front", WORLD),
    ("spend/reports/test_scheduled", SERVICE),
    ("spend/reports/test_views", SERVICE),
    ("spend/reports/", PURE),
    ("spend/datadog/test_files", PURE),
    ("spend/datadog/test_gauges", PURE),
    ("cli/test_datadog", WORLD),
    ("spend/test_csv", PURE),
    ("spend/test_export_sent", SERVICE),
    ("spend/test_exported_in_words", WORLD),
    ("spend/test_exported", SERVICE),
    ("spend/test_records_asked", PURE),
    ("spend/test_records.py", SERVICE),
    ("spend/test_records_by_hour", SERVICE),
    ("spend/test_surfaces", WORLD),
    ("spend/test_visibility", PURE),
    ("spend/test_typed", PURE),
    ("spend/test_metric_families", PURE),
    ("spend/test_metrics", SERVICE),
    ("telemetry/test_endpoint", SERVICE),
    ("telemetry/test_front_datadog", WORLD),
    ("telemetry/test_front_metrics", WORLD),
    ("telemetry/test_front_traces", WORLD),
    ("telemetry/test_lazy", FLEET),
    ("telemetry/test_traces", SERVICE),
    ("telemetry/test_push", WORLD),
    ("telemetry/test_real_prometheus", FLEET),
    ("telemetry/test_rules", FLEET),
    ("telemetry/test_sources", SERVICE),
    ("spend/test_rounding", PURE),
    ("spend/test_disturbed", WORLD),
    ("spend/test_digest.py", PURE),
    ("spend/test_schedule", PURE),
    ("spend/test_thresholds", PURE),
    ("spend/prices/", PURE),
    ("spend/reconcile/test_build", PURE),
    ("spend/reconcile/test_explain", PURE),
    ("spend/reconcile/test_periods", PURE),
    ("spend/reconcile/test_view", PURE),
    ("spend/test_lookup", PURE),
    ("limits/test_front_door", WORLD),
    ("limits/test_peak_news", SERVICE),
    ("limits/test_peaks_sync", SERVICE),
    ("limits/test_answer", PURE),
    ("limits/test_peaks.py", PURE),
    ("store/test_vault", PURE),
    ("admin/test_spending", WORLD),
    ("admin/", SERVICE),
    ("sandbox/test_validation_payloads", SERVICE),
    ("slack/test_blocks", SERVICE),
    ("posts/", SERVICE),
    ("hygiene/test_desk", SERVICE),
    ("hygiene/test_organization", SERVICE),
    ("hygiene/test_front_door", WORLD),
    ("claude_code/test_columns", SERVICE),
    ("claude_code/test_db", SERVICE),
    ("claude_code/test_digest_desk", SERVICE),
    ("claude_code/test_sync", SERVICE),
    ("claude_code/test_front_door", WORLD),
    ("store/test_patience", WORLD),
    ("store/", SERVICE),
    ("timers/", SERVICE),
    ("test_contracts", SERVICE),
    ("test_moments", SERVICE),
    ("test_facts", SERVICE),
    ("test_texts", SERVICE),
    ("test_lists", SERVICE),
    ("commands/test_manifest", SERVICE),
    ("test_pins", SERVICE),
    ("approvals/", WORLD),
    ("edge/", WORLD),
    ("handlers/test_clauses", PURE),
    ("handlers/test_grammar", PURE),
    ("handlers/", WORLD),
    ("races/", WORLD),
    ("sandbox/", WORLD),
    ("security/", WORLD),
    ("settings/test_network", WORLD),
    ("slack/test_notifier", WORLD),
    ("spend/", WORLD),
    ("status/", WORLD),
    ("cli/test_doctor", WORLD),
    ("test_jobs", WORLD),
)
"""The beginning of a path in `tests/` and the ring of the tests there; the first that fits counts, and all else is pure."""

EXCEPTIONS: dict[str, tuple[float, str]] = {
    "hygiene/test_organization": (0.6, "looks at a whole organization by every rule"),
    "hygiene/test_desk": (0.5, "reads a whole organization several times"),
    "test_what_is_seen_by_workspace_key_and_person_counts_once_in_answers_and_records": (
        0.25,
        "asks for a day's hours often",
    ),
    "spend/test_long_words": (2.0, "reads thousands of words, and that several ways"),
    "test_a_failed_load_resumes_and_goes_on_behind_months_without_data": (0.6, "reads 131 days, each in a transaction"),
    "test_alerts_fire_when_they_should_and_else_are_quiet": (3.0, "lets promtool play hours of a dozen rules"),
    "test_what_is_over_is_given_up_after_many_attempts_and_what_goes_on_is_not": (8.0, "fails a hundred times"),
    "test_the_committed_list_of_texts_is_the_rendered_one": (40.0, "reads every file of the code"),
    "test_no_row_starves_behind_a_limit": (4.0, "works off two dozen timers several times"),
    "test_every_item_of_every_list_is_on_a_page_to_which_buttons_lead": (1.0, "draws each page of the App Home"),
    "test_the_tour_goes_as_expected_and_writes_what_anybody_saw": (5.0, "plays the first story of the tour"),
    "test_a_step_that_breaks_is_named_whatever_it_broke_of": (3.0, "starts a whole tour"),
    "test_a_refused_chart_becomes_a_picture_and_is_remembered": (5.0, "draws two pictures, each in a process of its own"),
    "test_a_crash_after_any_step_makes_nothing_twice": (3.0, "dies after each of eleven parts"),
    "test_everybody_sees_by_each_button_what_they_may_and_no_more": (5.0, "presses twenty buttons as eight people"),
    "test_no_view_cuts_a_list_by_itself": (1.0, "reads every file of the code"),
    "test_a_kind_keeps_every_promise_from_the_first_form_to_its_end": (1.2, "asks twice, waits, does and ends it"),
    "test_every_kind_says_what_waits_and_lets_its_requester_replace_it": (1.2, "replaces a request of every kind"),
    "test_the_console_is_told_a_day_that_keeps_the_promise": (1.2, "has three keys made by hand"),
    "test_a_key_made_by_hand_is_seen_whatever_the_two_clocks_say": (1.2, "has three keys made by hand"),
    "approvals/test_walk": (5.0, "does many things one after another"),
    "spend/test_sending": (3.0, "lets three replicas live through several mornings"),
    "test_digest_is_asked_for_in_a_form_and_comes_next_morning_once": (1.4, "reads a month by every cut on two mornings"),
    "test_revised_day_is_corrected_in_its_thread": (1.4, "reads a month by every cut two times"),
    "test_channel_that_becomes_shared_gets_no_digest_and_its_subscriber_is_told": (1.2, "reads a month by every cut"),
    "spend/test_large": (3.0, "asks about a thousand keys"),
    "test_whoever_is_no_member_is_refused_in_words_wherever_they_try": (5.0, "tries every door"),
    "test_fourteen_at_once_complete_a_quorum_of_twelve": (6.0, "fourteen people press at once"),
    "test_looks_cost_the_same_whatever_was_asked_long_ago": (2.0, "looks at everything in two bots"),
    "test_every_width_of_the_same_days_has_the_same_total": (5.0, "reads days by the minute"),
}
"""Tests by their name, or files by the beginning of their path, that may use more: CPU seconds, and why."""


@dataclass
class Spent:
    """What this process's tests have used besides their own CPU time."""

    forked: float = 0.0
    """CPU seconds of forked processes that have ended."""
    starts: int = 0
    """How many processes fleets have started."""
    shared: float = 0.0
    """CPU seconds for what is made once and serves many tests, such as a migrated database."""


SPENT = Spent()


@contextmanager
def serves_many() -> Generator[None]:
    """Charge what is made in the block to no test."""
    began = time.process_time()
    try:
        yield
    finally:
        SPENT.shared += time.process_time() - began


def _cpu() -> float:
    times = os.times()
    return time.process_time() + times.children_user + times.children_system + SPENT.forked - SPENT.shared


@dataclass
class Meter:
    """Measures one test from now on."""

    cpu: float = field(default_factory=_cpu)
    starts: int = field(default_factory=lambda: SPENT.starts)

    @property
    def used(self) -> float:
        """CPU seconds until now."""
        return _cpu() - self.cpu

    def problem(self, nodeid: str, *, on_postgresql: bool, examples: int) -> str | None:
        """Return in a sentence that the test has used too much, or None."""
        used = self.used
        allowed, who = allowance(nodeid, on_postgresql, SPENT.starts - self.starts, examples)
        if used <= allowed:
            return None
        slow = slowness() * MARGIN
        if used <= allowed * slow:
            return None
        return f"It used {used:.3f} s of CPU; {who}, which allows {allowed:.3f} s (times {slow:.1f} on this machine now)."


def ring_of(path: str) -> Ring:
    """Return the ring of a test's file, named below `tests/`."""
    return next((ring for start, ring in RINGS if path.startswith(start)), PURE)


def allowance(nodeid: str, on_postgresql: bool = False, starts: int = 0, examples: int = 1) -> tuple[float, str]:
    """Return the CPU seconds that a test may use on the machine of the budgets, and who says so.

    A property costs what its `examples` cost.
    """
    path, _, name = nodeid.removeprefix("tests/").partition("::")
    plain = name.partition("[")[0]
    named = next((found for start, found in EXCEPTIONS.items() if start == plain or path.startswith(start)), None)
    if named:
        return named[0], f"it is an exception ({named[1]})"
    ring = ring_of(path)
    usual = ring.on_postgresql if ring.on_postgresql and on_postgresql else ring.cpu
    return NOISE + GRACE * (usual * examples + ring.each_start * starts), f"its ring is {ring.name}"


_USUAL_SPEED = 0.0036
"""CPU seconds that `_work` takes on the machine for which the budgets are written."""


def _work() -> float:
    began = time.process_time()
    for number in range(20_000):
        {str(number): [number] * 3}.get("7")
    return time.process_time() - began


def crowd() -> float:
    """Return how many programs share a core of this machine now, at least 1."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def slowness() -> float:
    """Return how many times slower than the budgets' machine this one is now, at least 1.

    Programs that share a core cost each other CPU time, too: they push each other out of its caches.
    """
    return max(crowd(), sorted(_work() for _ in range(5))[2] / _USUAL_SPEED)
