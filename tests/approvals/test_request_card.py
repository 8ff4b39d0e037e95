"""The card and the notices: right words in every status, and accepted by Slack whatever people typed."""

from datetime import timedelta
from typing import Any, cast

import pytest

from bot.approvals.cards.card import decision_buttons, render_card
from bot.approvals.cards.details import denial_form, details_view, secret_view
from bot.approvals.cards.lists import mark_of, request_list
from bot.approvals.cards.notices import chapter_of, requester_notice, thread_line
from bot.approvals.model import Request, Status, Verdict
from bot.kinds.keys.console_steps import console_steps
from bot.sandbox.slack.validation import validate_message, validate_view
from bot.slack.model import Message
from bot.slack.paging import SIZE, Page
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import ASKED, BOB, CAROL, NASTY, a_request, a_rule, decision, facts_of

KIND_NAMES = sorted(WITH_BADGE)


def shown(message: Message) -> str:
    """Return all mrkdwn and button labels of a message."""
    assert not validate_message({"channel": "C0APPROVALS", "text": message.text, "blocks": message.blocks})
    return str(message.blocks)


def markup_in(part: Any) -> list[str]:
    """Return every piece of mrkdwn in blocks; labels of buttons are plain text, which Slack shows as it is."""
    if isinstance(part, list):
        return [text for one in cast("list[Any]", part) for text in markup_in(one)]
    if not isinstance(part, dict):
        return []
    fields = cast("dict[str, Any]", part)
    return [str(fields["text"])] if fields.get("type") == "mrkdwn" else markup_in(list(fields.values()))


def buttons(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    found: list[dict[str, Any]] = [element for row in rows for element in row["elements"]]
    return [e["text"]["text"] if e["type"] == "button" else "⋯" for e in found]


def card(request: Request, quorum: int = 1) -> Message:
    return render_card(facts_of(request, a_rule(quorum)))


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", KIND_NAMES)
def test_a_card_of_every_kind_in_every_status_is_one_that_slack_takes(name: str, status: Status) -> None:
    message = card(a_request(name, status))
    assert shown(message)
    assert "\n\n" not in message.text
    assert "None" not in message.text


@pytest.mark.parametrize("status", Status)
def test_nothing_that_people_typed_becomes_markup(status: Status) -> None:
    payload = {"workspace_id": "w", "workspace_name": NASTY, "name": NASTY}
    decisions = (decision(BOB, Verdict.DENY if status is Status.DENIED else Verdict.APPROVE, NASTY),)
    outcome = {"hint": NASTY, "problem": NASTY, "note": NASTY, "note_at_end": NASTY}
    request = a_request(
        "create_key", status, payload=payload, reason=NASTY * 40, workspace_name=NASTY, failure=NASTY,
        decisions=decisions if status is not Status.PENDING else (), outcome=outcome,
    )  # fmt: skip
    facts = facts_of(request)
    parts = [render_card(facts), requester_notice(facts, "result"), requester_notice(facts, "progress")]
    parts += [console_steps(request, NASTY), request_list(Page([(request, NASTY)]), Page([(request, NASTY)]), "claude")]
    for message in parts:
        assert shown(message)
        for text in [message.text, *markup_in(message.blocks)]:
            assert "<!channel>" not in text
            assert "<https://evil" not in text
    assert "<!channel>" not in (thread_line(ASKED, "U0BOB", "request.denied", {"comment": NASTY}) or "")


def test_a_pending_card_says_who_what_why_and_the_rule() -> None:
    message = card(a_request())
    assert message.text.splitlines()[:3] == [
        "⏳ *<@U0ALICE> asks for an API key* — `nightly` in *Staging*",
        "For good",
        "> Nightly ingestion job",
    ]
    assert message.text.endswith("17:00 UTC> if nobody decides")
    assert buttons(message) == ["Approve", "Deny…", "⋯"]


def test_a_card_with_a_quorum_counts_along() -> None:
    request = a_request(decisions=(decision(BOB),))
    assert "1 of 2 so far" in card(request, quorum=2).text
    assert "so far" not in card(a_request(), quorum=2).text


def test_the_first_line_of_every_status_says_what_happened() -> None:
    asked = "*<@U0ALICE> asks for an API key* — `nightly` in *Staging*"
    was_asked = "<@U0ALICE> asked for an API key, `nightly` in *Staging*"
    expected = {
        Status.APPROVED: f"⏳ {asked} · approved by <@U0BOB>, being done now",
        Status.FULFILLING: f"⏳ {asked} · approved by <@U0BOB>. Waiting for <@U0BOB> to create the key in the Console",
        Status.FAILED: f"⚠️ {asked} · approved by <@U0BOB>, but *the key was not created*: The workspace has"
        " reached its limit of active API keys. Nothing was changed.",
        Status.DENIED: f"⛔ *Denied by <@U0BOB>: “use the Sandbox workspace”* — {was_asked}",
        Status.WITHDRAWN: f"🔁 *Withdrawn by <@U0ALICE>* — {was_asked}. The key was not created.",
        Status.EXPIRED: f"⌛ *Expired*, nobody decided in 8 h — {was_asked}",
        Status.APPLIED: "✅ *Key `nightly` in Staging issued to <@U0ALICE>* — approved by <@U0BOB> after 14 min",
        Status.REVERTED: "🔁 *Key `nightly` in Staging is revoked* — ended as planned",
    }
    for status, line in expected.items():
        assert card(a_request(status=status)).text.splitlines()[0] == line


@pytest.mark.parametrize(
    ("more", "became"),
    [
        ({"expires_at": ASKED}, "has expired"),
        ({"expires_at": ASKED, "note_at_end": "The key was already revoked."}, "is revoked"),
        ({"expires_at": ASKED + timedelta(days=9)}, "is revoked"),
    ],
)
def test_an_ended_key_is_said_to_be_what_the_organization_says_of_it(more: dict[str, Any], became: str) -> None:
    outcome = {"thing_id": "apikey_1", "handover": "unseen", **more}
    ended = a_request(status=Status.REVERTED, outcome=outcome, ends_at=ASKED)
    assert card(ended).text.startswith(f"🔁 *Key `nightly` in Staging {became}* — ended as planned")
    assert mark_of(ended) == "🔁", "nothing is left to do about its secret"


def test_two_approvers_are_both_named() -> None:
    request = a_request(status=Status.APPLIED, decisions=(decision(BOB), decision(CAROL)))
    assert "approved by <@U0BOB> and <@U0CAROL>" in card(request).text


def test_what_a_person_did_not_do_in_time_is_named() -> None:
    over = a_request(status=Status.EXPIRED, ends_at=ASKED + timedelta(hours=8))
    assert "*Expired*, nobody decided before its last day was over" in card(over).text
    request = a_request(status=Status.EXPIRED, decisions=(decision(BOB),), approved_at=ASKED)
    assert "*Expired*, <@U0BOB> did not create the key in the Console within 8 h" in card(request).text


def test_only_kinds_that_break_something_ask_before_approving_and_name_it() -> None:
    def confirm(name: str) -> dict[str, Any] | None:
        return card(a_request(name)).blocks[-1]["elements"][0].get("confirm")

    revoke, disable = confirm("revoke_key"), confirm("disable_key")
    assert revoke is not None
    assert disable is not None
    assert revoke["text"]["text"] == "Revoke a key: nightly. Everything that uses it stops for good. This can't be undone."
    assert revoke["style"] == "danger"
    assert "until it is enabled again" in disable["text"]["text"]
    assert confirm("create_key") is None
    approve = decision_buttons(a_request("revoke_key"), f"Revoke a key: {'k' * 280}", "It stops. This can't be undone.")[0]
    assert approve["confirm"]["text"]["text"].endswith("kkk…. It stops. This can't be undone.")


def test_buttons_fit_the_status() -> None:
    failed, expired = a_request(status=Status.FAILED), a_request(status=Status.EXPIRED)
    assert buttons(card(failed)) == ["Retry", "Give up", "⋯"]
    assert buttons(card(expired)) == ["Ask again…", "⋯"]
    assert buttons(card(a_request(status=Status.APPLIED))) == ["Revoke…", "⋯"]
    assert buttons(card(a_request("change_role", Status.APPLIED))) == ["⋯"]
    assert buttons(card(a_request(status=Status.DENIED))) == ["⋯"]


def test_a_failed_hand_over_is_visible_on_the_card_with_its_repair() -> None:
    for handover in ("lost", "failed", "unseen"):
        message = card(a_request(status=Status.APPLIED, outcome={"handover": handover, "hint": "sk-ant-…igAA"}))
        assert message.text.startswith("⚠️ ")
        assert "revoke the key and ask again" in message.text
        assert "key `…igAA`" in message.text


def test_an_end_that_needs_a_person_does_not_look_like_one_that_went_well() -> None:
    outcome = {"needs_person_at_end": True, "note_at_end": "Dana became user in the meantime."}
    text = card(a_request("change_role", Status.REVERTED, outcome=outcome)).text
    assert text.startswith(
        "⚠️ *Its time is over, but a person has to check* — <@U0DANA> is now developer instead of billing member"
    )
    assert "Dana became user in the meantime." in text


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", KIND_NAMES)
def test_every_notice_is_one_that_slack_takes_and_names_the_request_in_words(name: str, status: Status) -> None:
    request = a_request(name, status)
    message = requester_notice(facts_of(request), chapter_of(request) or "progress")
    assert shown(message)
    assert request.id[-6:] not in message.text


def test_notices_tell_the_requester_what_happened_and_what_now() -> None:
    def notice(status: Status, **more: Any) -> Message:
        request = a_request(status=status, **more)
        return requester_notice(facts_of(request), chapter_of(request) or "result")

    denied = notice(Status.DENIED)
    assert denied.text == (
        "⛔ <@U0BOB> denied your request for the API key `nightly` in *Staging*: “use the Sandbox workspace”"
    )
    assert buttons(denied) == ["Ask again…"]
    bare = notice(Status.DENIED, decisions=(decision(BOB, Verdict.DENY),))
    assert bare.text == "⛔ <@U0BOB> denied your request for the API key `nightly` in *Staging*."
    assert notice(Status.EXPIRED).text == (
        "⌛ Your request for the API key `nightly` in *Staging* expired: nobody decided in 8 h. The key was not created."
    )
    assert buttons(notice(Status.FAILED)) == ["Retry", "Give up"]
    assert "I'll message you when it's done" in notice(Status.FULFILLING).text
    ready = notice(Status.APPLIED, outcome={"handover": "ready"})
    assert "Only you can see its secret, once, until <!date^" in ready.text
    assert buttons(ready) == ["Show the key once"]
    shown_once = {"handover": "shown", "handover_at": ASKED.isoformat(), "hint": "sk-ant-…igAA"}
    seen = notice(Status.APPLIED, outcome=shown_once)
    assert "Lost it? Revoke it and ask for a new one." in seen.text
    assert buttons(seen) == ["Revoke…"]


def test_an_earlier_notice_only_points_to_the_newest() -> None:
    applied = a_request(status=Status.APPLIED, outcome={"handover": "ready"})
    earlier = requester_notice(facts_of(applied), "progress")
    assert (earlier.text, buttons(earlier)) == ("*API key nightly in Staging*. Updated: see the message below.", [])
    assert buttons(requester_notice(facts_of(applied), "result")) == ["Show the key once"]


def test_the_steps_for_the_console_name_what_will_be_checked() -> None:
    request = a_request(status=Status.FULFILLING, outcome={"problem": "A key with this name was created in Research."})
    message = console_steps(request, "nightly")
    assert shown(message)
    assert "exactly this name: `nightly`" in message.text
    assert "⚠️ A key with this name was created in Research. Archive that key and follow the steps again." in message.text
    assert buttons(message) == ["Open the Console"]
    assert "I see the key" in console_steps(a_request(status=Status.APPLIED), "nightly").text
    gone = console_steps(a_request(status=Status.WITHDRAWN), "nightly").text
    assert gone == "⛔ Don't create the key `nightly` in *Staging* any more: the request is withdrawn."


def test_thread_lines_tell_who_did_what_and_when() -> None:
    line = thread_line(ASKED, "U0BOB", "request.denied", {"comment": "no budget"})
    assert line == "<!date^1795424400^{date_short_pretty} {time}|23 Nov 2026 09:00 UTC> · <@U0BOB> denied: no budget"
    waiting = thread_line(ASKED, "U0BOB", "request.approved", {"enough": False, "explanation": "1 of 2; 1 more needed."})
    assert waiting is not None
    assert waiting.endswith("<@U0BOB> approved: 1 of 2; 1 more needed.")
    assert thread_line(ASKED, "U0BOB", "request.submitted", {}) is None
    assert thread_line(ASKED, "U0BOB", "request.approved", {"enough": True, "part_of": "req_whole"}) is None
    assert thread_line(ASKED, "quartermaster", "request.unheard_of", {}) is None


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", KIND_NAMES)
def test_details_and_lists_are_views_that_slack_takes(name: str, status: Status) -> None:
    request = a_request(name, status)
    facts = facts_of(request)
    assert not validate_view(details_view(facts, Page(["one", "two"]), decide=True))
    assert not validate_view(denial_form(request, facts.title))
    page = Page([(request, facts.title)] * SIZE, "<a", ">b")
    listing = request_list(page, page, "claude")
    assert shown(listing)


@pytest.mark.parametrize(("status", "said"), [(Status.PENDING, "*Rule* Needs"), (Status.APPLIED, "*Rule today* Needs")])
def test_details_name_todays_rule_as_such_once_another_one_may_have_been_evaluated(status: Status, said: str) -> None:
    assert said in str(details_view(facts_of(a_request(status=status)), Page([])))


def test_only_details_show_ids() -> None:
    request = a_request(status=Status.APPLIED, outcome={"thing_id": "apikey_77"})
    assert "apikey_77" in str(details_view(facts_of(request), Page([])))
    assert "apikey_77" not in card(request).text


def test_the_view_that_shows_a_secret_is_one_that_slack_takes() -> None:
    view = secret_view("sk-ant-api03-" + "x" * 90 + "_-AA", "API key nightly in Staging")
    assert not validate_view(view)
    assert "```sk-ant-api03-" in str(view)


@pytest.mark.parametrize(
    ("status", "handover", "is_requester", "is_offered"),
    [
        (Status.APPLIED, "ready", True, True),
        (Status.APPLIED, "ready", False, False),
        (Status.APPLIED, "shown", True, False),
        (Status.REVERTED, "ready", True, False),
    ],
)
def test_details_offer_a_secret_to_its_requester_alone_while_it_waits_and_its_key_works(
    status: Status, handover: str, is_requester: bool, is_offered: bool
) -> None:
    facts = facts_of(a_request("create_key", status, outcome={"handover": handover}))
    view = details_view(facts, Page([]), is_requester=is_requester)
    assert ("Show the key once" in str(view)) is is_offered


@pytest.mark.parametrize(
    ("outcome", "offered"),
    [
        ({"is_final": False}, "Retry"),
        ({"is_final": True}, "Ask again…"),
        ({"is_final": True, "in_doubt": True}, "Retry"),  # it tells what became of that
    ],
)
def test_a_retry_is_offered_where_it_may_change_something(outcome: dict[str, Any], offered: str) -> None:
    failed = a_request(status=Status.FAILED, outcome=outcome)
    assert buttons(card(failed))[:2] == [offered, "Give up"]
    assert buttons(requester_notice(facts_of(failed), "progress")) == [offered, "Give up"]
    expired = a_request(status=Status.EXPIRED, outcome=outcome, failure="It is gone.", decisions=(decision(BOB),))
    assert ("nobody pressed Retry" in card(expired).text) == (offered == "Retry")
