"""Where the bot runs: what may be wrong there, the tests that really try it, and what README says of it."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
README = (TESTS.parent / "README.md").read_text(encoding="utf-8").partition("## When something is wrong")[2]
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a proxy": (
        "Only some calls get through the company's proxy",
        (
            "settings/test_network::every_client_takes_the_proxy_however_it_is_named",
            "settings/test_network::no_client_takes_a_proxy_from_which_its_address_is_excepted",
        ),
    ),
    "authorities of the company's own": (
        "`SSL_CERT_FILE`",
        (
            "settings/test_network::authorities_are_read_from_one_file_for_all_and_a_bad_one_is_named",
            "settings/test_network::a_client_trusts_the_authorities_of_the_settings",
        ),
    ),
    "a database that can only be read": (
        "The database can only be read",
        ("store/test_patience::a_connection_that_can_only_read_is_not_kept",),
    ),
    "a full disk": (
        "The disk of the SQLite file is full",
        (
            "races/test_full_disk::a_full_disk_is_said_and_everything_works_once_there_is_room",
            "cli/test_doctor_disk::a_disk_without_room_or_rights_is_named",
            "soak/test_soak::one_process_on_sqlite_survives_everything",
        ),
    ),
    "PgBouncer": (
        "PgBouncer in transaction mode",
        (
            "races/test_behind_a_pooler::two_replicas_behind_a_pooler_make_one_key",
            "races/test_behind_a_pooler::what_a_pooler_keeps_from_working_is_said_at_start_by_the_doctor_and_by_commands",
        ),
    ),
    "a PostgreSQL that restarts": (
        "PostgreSQL restarts",
        (
            "edge/test_readiness::the_bot_is_not_ready_with_the_database_away",
            "soak/test_soak::three_replicas_on_postgresql_survive_everything",
        ),
    ),
    "a database that is away at the start": (
        "The database is away when a process starts",
        ("cli/test_start::a_database_that_is_away_is_waited_for_until_the_process_is_told_to_stop",),
    ),
    "a clock that jumps": (
        "The machine's clock jumped",
        (
            "test_jobs::jobs_keep_their_pace_when_the_clock_jumps",
            "timers/test_timers::a_clock_that_was_set_back_makes_no_claim_shorter_and_none_much_longer",
        ),
    ),
    "a key that is refused": (
        "The Claude API refuses the Admin key",
        (
            "status/test_watch::a_refused_key_is_told_at_once_to_admins_later_to_readers_and_once_more_when_it_works",
            "edge/test_readiness::the_bot_is_not_ready_while_slack_refuses_a_token",
            "cli/test_doctor::the_doctor_says_in_words_what_refuses_and_shows_no_token",
        ),
    ),
    "a key that was rotated": (
        "A key or token was rotated",
        ("store/test_vault::a_new_key_in_front_opens_what_the_old_one_sealed_and_seals_itself",),
    ),
    "flags that Slack leaves out": (
        "Slack leaves out",
        (
            "security/test_flags::missing_flags_count_as_bad_unless_the_setting_trusts_them",
            "security/test_flags::what_slack_left_out_is_named_in_the_refusal_and_the_log",
        ),
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_each_is_really_tried_and_explained(place: str) -> None:
    words, tests = PLACES[place]
    assert words in README, f"README doesn't say what to do about {place}"
    for one in tests:
        file, _, name = one.partition("::")
        text = (TESTS / f"{file}.py").read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def test_{name}\(", text, re.MULTILINE), f"there is no {one}"
