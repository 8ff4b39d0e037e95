"""What is on record about a key, person or workspace is found by each id and name that it had, and nothing of another."""

from typing import Any

import pytest

from bot.approvals.audit_trail import Trail

LEFT = {"apikey_1": "ingest-eu", "apikey_7": "made-by-hand"}
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
    ("req_limit", {"payload": {"workspace_id": "wrkspc_1", "workspace_name": "Staging", "amount": "5"}}),
    ("req_called", {"payload": {"workspace_id": "wrkspc_1", "detail": "name", "was": "Staging", "value": "Staging EU"}}),
    ("req_called", {"outcome": {"thing_id": "wrkspc_1"}}),
    ("req_there", {"workspace": "wrkspc_1", "payload": {"key_id": "apikey_9", "key_name": "far"}}),
    ("req_role", {"concerned": ["U0ALICE"], "payload": {"slack_id": "U0ALICE", "role": "billing"}}),
    ("req_leaves", {"payload": {"member_id": "user_1", "keys": [{"id": i, "name": n} for i, n in LEFT.items()]}}),
    ("apikey_1", {"by": "req_leaves", "to": "U0DANA", "member": "user_2"}),
    ("apikey_7", {"by": "req_leaves", "to": "U0DANA", "member": "user_2"}),
    ("digest_1", {"day": "2026-10-01"}),
    ("req_rename", {"what": "The key", "was": "ingest-eu", "now": "ingest-console", "thing": "apikey_1"}),
    ("req_disable", {"what": "ingest-again", "was": "inactive", "now": "archived", "thing": "apikey_1"}),
    ("req_tag", {"payload": {"workspace_id": "wrkspc_2", "workspace_name": "Prod", "detail": "tag", "value": "staging"}}),
    ("req_tag", {"what": "The tag of Prod", "was": "staging", "now": "Staging", "thing": "wrkspc_2"}),
    ("req_called", {"what": "The name", "was": "Staging EU", "now": "Staging Console", "thing": "wrkspc_1"}),
]
ACTORS = {"req_denied": "U0ALICE", "digest_1": "U0DANA"}
OF_THE_KEY = {
    "req_first",
    "req_made",
    "req_rename",
    "req_disable",
    "req_longer",
    "req_stray:apikey_1",
    "req_leaves",
    "apikey_1",
}
OF_STAGING = {"req_limit", "req_called", "req_there"}
OF_ALICE = {"U0ALICE", "req_role", "req_leaves", "req_denied"}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("apikey_1", OF_THE_KEY),
        ("ingest-eu", OF_THE_KEY),
        ("req_made", OF_THE_KEY),
        ("ingest-console", OF_THE_KEY),
        ("ingest-again", OF_THE_KEY),
        ("Staging Console", OF_STAGING),
        ("staging eu", OF_STAGING),
        ("STAGING", OF_STAGING),
        ("staging", OF_STAGING),
        ("INGEST-EU", OF_THE_KEY),
        ("ingest", {*OF_THE_KEY, "req_denied"}),
        ("apikey_2", {"req_other"}),
        ("apikey_7", {"apikey_7", "req_leaves"}),
        ("made-by-hand", {"apikey_7", "req_leaves"}),
        ("req_leaves", {"req_leaves", "apikey_1", "apikey_7"}),
        ("U0ALICE", OF_ALICE),
        ("user_1", OF_ALICE),
        ("alice@acme.test", OF_ALICE),
        ("Alice@Acme.test", OF_ALICE),
        ("U0DANA", {"apikey_1", "apikey_7", "digest_1"}),
        ("wrkspc_1", OF_STAGING),
        ("Staging", OF_STAGING),
        ("Staging EU", OF_STAGING),
        ("leaked", set[str]()),
        ("", set[str]()),
    ],
)
def test_what_is_asked_about_is_followed_through_its_names_by_its_ids(word: str, found: set[str]) -> None:
    trail = Trail()
    for subject, detail in LOG:
        trail.add(ACTORS.get(subject, "quartermaster"), subject, detail)
    about = trail.about(word)
    assert {subject for subject, detail in LOG if about.takes(ACTORS.get(subject, ""), subject, detail)} == found
