"""What is on record about a key is found by its id and by each name that it had, and nothing of another key is."""

from typing import Any

import pytest

from bot.approvals.audit_trail import Trail

LOG: list[tuple[str, dict[str, Any]]] = [
    ("req_denied", {"payload": {"name": "ingest"}}),
    ("req_first", {"payload": {"name": "ingest"}}),
    ("req_made", {"payload": {"name": "ingest"}, "replaces": "req_first"}),
    ("req_made", {"outcome": {"thing_id": "apikey_1", "hint": "sk-ant-…igAA"}}),
    ("req_rename", {"payload": {"key_id": "apikey_1", "key_name": "ingest", "name": "ingest-eu"}}),
    ("req_disable", {"payload": {"key_id": "apikey_1", "key_name": "ingest-eu"}, "reason": "Looks leaked"}),
    ("req_longer", {"payload": {"name": "other-word"}, "extends": "req_made"}),
    ("req_longer", {"note": ""}),
    ("req_stray:apikey_1", {"thing": "apikey_1", "name": "ingest", "place": "Research"}),
    ("req_other", {"payload": {"key_id": "apikey_2", "key_name": "else"}, "reason": "ingest", "outcome": {"thing_id": ""}}),
    ("req_again", {"payload": {"name": "ingest-eu-2"}, "outcome": {"thing_id": "", "value": "ingest"}}),
    ("U0ALICE", {"member": "user_1", "email": "alice@acme.test"}),
]
OF_THE_KEY = {"req_first", "req_made", "req_rename", "req_disable", "req_longer", "req_stray:apikey_1"}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("apikey_1", OF_THE_KEY),
        ("ingest-eu", OF_THE_KEY),
        ("req_made", OF_THE_KEY),
        ("ingest", {*OF_THE_KEY, "req_denied"}),
        ("apikey_2", {"req_other"}),
        ("U0ALICE", {"U0ALICE"}),
        ("leaked", set[str]()),
        ("", set[str]()),
    ],
)
def test_a_key_is_followed_through_its_names_by_its_id(word: str, found: set[str]) -> None:
    trail = Trail()
    for subject, detail in LOG:
        trail.add(subject, detail)
    assert trail.about(word) == found
