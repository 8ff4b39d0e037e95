"""Malformed and forged payloads, made by a seeded generator: the same two thousand in every run."""

import copy
import random
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from bot.slack import ids
from tests.security.registered import FIELDS, registered
from tests.world import ALICE, APPROVALS, BOB, COSTS, DANA, EVE, GUS

Json = dict[str, Any]
Delivered = tuple[str, Any]
"""A delivery kind and a payload."""

NINA, OMAR, FRANK, BOT = "U0NINA", "U0OMAR", "U0FRANK", "U0QMBOT"
REFUSED = (EVE, GUS, NINA, OMAR, FRANK, BOT, "USLACKBOT", "U0NOBODY", "", "<@U0BOB>", "U" * 5000)
"""People for whom the bot does nothing, and ids that are nobody's."""

INJECTED = (
    "<!channel> <!here> <!everyone>",
    "<@U0INJECT> <!subteam^S0INJECT>",
    "<https://evil.test/steal|Approve>",
    "`*_~> &lt;!channel&gt; ```<!channel>```",
    "\u200b\u202e<!channel>\u2066\ufeff",
    "*bold*\n> quote\n<!date^1^{date}^https://evil.test/|x>",
    "<https://evil.test/steal>",
)
MENTION = "<@U0INJECT"
MEANT = ("<!channel", "<!here", "<!everyone", MENTION, "<!subteam^S0INJECT", "<https://evil.test", "<!date^1^")
"""What must never come back from INJECTED as markup."""

JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, "", " ", "\x00", "\ud800", "a" * 20_000, "🙂" * 500, [], [[]], [None], {}, {"id": None},
    {"id": []}, {"type": {}}, {"value": {"value": 1}}, *INJECTED, "'; DROP TABLE request; --", "../../etc/passwd", "{{7*7}}",
)  # fmt: skip

ACTIONS = (*registered("actions"), "open_nothing", "nobody_knows_this")
DECIDING = tuple(name for name in ACTIONS if name.startswith("request_"))
VIEWS = (*registered("views"), "form_unknown", "notice", "secret_shown", "")
COMMANDS = tuple(f"/claude-{name}" for name in registered("commands"))
EVENTS = registered("events")
WORDS = (
    "request", "list", "disable", "enable", "revoke", "role", "relink", "waiting", "mine", "digest", "alert", "today", "by",
    "status", "hepl", "reqest", "<@U0BOB>", "<@U0BOB|bob> admin", "in Production", '"', "“", "\x00", "\ud83d",
)  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """What there is to attack: a pending request and an applied one whose secret waits, both of alice's, a workspace, an
    alert in the channel that gets the digest, and the timestamps of both cards.
    """

    pending: str
    applied: str
    workspace: str
    alert: str
    cards: tuple[str, ...]


def _body(kind: str, user: Any, rnd: random.Random) -> Json:
    return {
        "type": kind,
        "team": {"id": "T0ACME", "domain": "acme"},
        "user": {"id": user, "username": "x", "name": "x", "team_id": "T0ACME"},
        "api_app_id": "A0QMAPP",
        "token": "made-up",
        "trigger_id": f"{rnd.randrange(10**12)}.{rnd.randrange(10**12)}.{rnd.randbytes(16).hex()}",
        "is_enterprise_install": False,
        "enterprise": None,
    }


def click(user: Any, action_id: Any, value: Any, rnd: random.Random, ts: str = "") -> Json:
    """Return a button press in the approvals channel: on the bot's message of that `ts`, else on one of somebody else."""
    shown, author = ts or f"{rnd.randrange(10**9)}.000100", BOT if ts else DANA
    container = {"type": "message", "message_ts": shown, "channel_id": APPROVALS}
    action = {"action_id": action_id, "block_id": "b", "type": "button", "value": value, "action_ts": "1.1"}
    if action_id in (ids.MORE, ids.DIGEST_MORE):
        action = {"action_id": action_id, "block_id": "b", "type": "overflow", "selected_option": {"value": value}}
    message: Json = {"type": "message", "user": author, "ts": shown, "text": "A card", "blocks": []}
    where = {"container": container, "channel": {"id": APPROVALS, "name": "llm-approvals"}, "message": message}
    return _body("block_actions", user, rnd) | where | {"actions": [action]}


def submission(user: Any, callback_id: Any, values: Json, metadata: Any, rnd: random.Random) -> Json:
    """Return a form that was sent."""
    state = {name: {name: {"type": "plain_text_input", "value": value}} for name, value in values.items()}
    view: Json = {
        "id": f"V{rnd.randrange(10**9)}", "type": "modal", "callback_id": callback_id, "private_metadata": metadata,
        "state": {"values": state}, "hash": "1.x", "blocks": [], "root_view_id": "V1", "team_id": "T0ACME",
    }  # fmt: skip
    return _body("view_submission", user, rnd) | {"view": view, "response_urls": []}


def command(user: Any, name: str, text: Any, rnd: random.Random) -> Json:
    """Return a typed slash command."""
    return {
        "command": name, "text": text, "user_id": user, "user_name": "x", "team_id": "T0ACME", "team_domain": "acme",
        "channel_id": "C0ENG", "channel_name": "engineering", "api_app_id": "A0QMAPP", "token": "made-up",
        "trigger_id": f"1.{rnd.randrange(10**9)}.x", "response_url": "", "is_enterprise_install": "false",
    }  # fmt: skip


def harmless(name: str, text: str) -> str:
    """Return what is typed after a command, but for what its member may do at once: a channel's summary is one word away."""
    return "today" if (name, text.strip()) == ("/claude-code", "digest") else text


def event(body: Any, rnd: random.Random) -> Json:
    """Return an event in its envelope."""
    authorization = {"team_id": "T0ACME", "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
    return {
        "type": "event_callback", "team_id": "T0ACME", "api_app_id": "A0QMAPP", "event": body, "event_time": 1,
        "event_id": f"Ev{rnd.randbytes(6).hex()}", "authorizations": [authorization],
    }  # fmt: skip


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        pairs = cast("Json", value).items()
    elif isinstance(value, list):
        pairs = enumerate(cast("list[Any]", value))
    for key, inner in pairs:
        yield (*at, key)
        yield from _paths(inner, (*at, key))


def broken(payload: Json, rnd: random.Random) -> Json:
    """Return a payload in which some fields are missing or hold junk."""
    damaged = copy.deepcopy(payload)
    for _ in range(rnd.choice((1, 1, 2, 5))):
        path = rnd.choice(list(_paths(damaged)) or [()])
        holder: Any = damaged
        for key in path[:-1]:
            holder = holder[key]
        if path and rnd.random() < 0.4:
            del holder[path[-1]]
        elif path:
            holder[path[-1]] = copy.deepcopy(rnd.choice(JUNK))
    return damaged


def deep(levels: int) -> Json:
    """Return an object inside an object inside an object."""
    whole: Json = {}
    for _ in range(levels):
        whole = {"a": whole, "state": {"values": whole}} if levels < 15 else {"a": whole}
    return whole


def sound_payloads(aim: Aim, rnd: random.Random) -> list[Delivered]:
    """Return one payload of each kind, from alice, of the sort that the generator then breaks."""
    made: list[Delivered] = [
        ("slash_commands", command(ALICE, name, harmless(name, rnd.choice(WORDS)), rnd)) for name in COMMANDS
    ]
    made += [("interactive", click(DANA, action, aim.pending, rnd, rnd.choice(aim.cards))) for action in ACTIONS]
    made += [("interactive", submission(DANA, view, {"name": "x", "comment": "no"}, aim.pending, rnd)) for view in VIEWS]
    for name in registered("options"):
        suggestion = _body("block_suggestion", ALICE, rnd) | {"block_id": "b", "action_id": name, "value": "sta"}
        made.append(("interactive", suggestion))
    for name in registered("shortcuts"):
        made.append(("interactive", _body("shortcut", DANA, rnd) | {"callback_id": name}))
    made.append(("interactive", _body("view_closed", DANA, rnd) | {"view": {"id": "V1", "callback_id": "x"}}))
    for name in EVENTS:
        body = {"type": name, "user": DANA, "channel": "C0ENG", "subteam_id": "S0ADMINS", "tab": "home"}
        made.append(("events_api", event(body, rnd)))
    return made


def malformed(aim: Aim, count: int, seed: int) -> Iterator[Delivered]:
    """Yield payloads with missing fields and fields of wrong types, unknown types, and what is not a payload at all."""
    rnd = random.Random(seed)
    sound = sound_payloads(aim, rnd)
    for number in range(count):
        if number % 20 == 0:
            kind, junk = rnd.choice(("interactive", "slash_commands", "events_api")), rnd.choice(JUNK)
            yield kind, {"type": junk} if number % 40 else junk if isinstance(junk, dict) and junk else deep(number % 60 + 1)
        else:
            kind, payload = rnd.choice(sound)
            yield kind, broken(payload, rnd)


def forged(aim: Aim, count: int, seed: int) -> Iterator[Delivered]:
    """Yield well-formed payloads of people who may not, about requests of others or none, with injected markup."""
    rnd = random.Random(seed)
    makers: tuple[Callable[[], Delivered], ...] = (
        lambda: _by_refused(aim, rnd),
        lambda: _by_colleague(aim, rnd),
        lambda: _by_approver(aim, rnd),
        lambda: _by_requester(aim, rnd),
        lambda: _by_words(rnd),
        lambda: _bad_form(aim, rnd),
        lambda: ("events_api", event({"type": _name(rnd), "user": rnd.choice(REFUSED), "channel": "C0GLOBEX"}, rnd)),
    )
    for number in range(count):
        yield makers[number % len(makers)]()


def _by_words(rnd: random.Random) -> Delivered:
    user, name = rnd.choice((ALICE, DANA, EVE)), rnd.choice(COMMANDS)
    return "slash_commands", command(user, name, harmless(name, _typed(rnd)), rnd)


def _name(rnd: random.Random) -> str:
    return rnd.choice(
        ("app_home_opened", "message", "app_uninstalled", "tokens_revoked", "x" * 3000, "a.b", "reaction_added")
    )


def _press(user: Any, action_id: str, value: str, aim: Aim, rnd: random.Random) -> Delivered:
    """Return a button press on one of the two cards, whatever request the value names."""
    return "interactive", click(user, action_id, value, rnd, rnd.choice(aim.cards))


def _by_refused(aim: Aim, rnd: random.Random) -> Delivered:
    user, request = rnd.choice(REFUSED), rnd.choice((aim.pending, aim.applied))
    if rnd.random() < 0.5:
        value = rnd.choice((request, f"withdraw:{request}", COSTS, aim.alert))
        return _press(user, rnd.choice(ACTIONS), value, aim, rnd)
    values = {"workspace_id": aim.workspace, "name": "stolen-key", "reason": "x", "comment": "x", "role": "developer"}
    return "interactive", submission(user, rnd.choice(VIEWS), values, request, rnd)


def _by_colleague(aim: Aim, rnd: random.Random) -> Delivered:
    request = rnd.choice((aim.pending, aim.applied))
    if rnd.random() < 0.3:
        return "interactive", submission(DANA, "request_deny_form", {"comment": _typed(rnd)}, request, rnd)
    return _press(DANA, rnd.choice(DECIDING), rnd.choice((request, f"withdraw:{request}")), aim, rnd)


def _by_approver(aim: Aim, rnd: random.Random) -> Delivered:
    junk = (
        _typed(rnd),
        aim.applied,
        aim.pending.upper(),
        aim.pending + " ",
        f"req_{rnd.randbytes(8).hex()}",
        "%",
        "withdraw:",
    )
    value = rnd.choice(junk)
    if rnd.random() < 0.2:
        return "interactive", submission(BOB, "request_deny_form", {"comment": "no"}, value, rnd)
    return _press(BOB, rnd.choice(ACTIONS), value, aim, rnd)


def _by_requester(aim: Aim, rnd: random.Random) -> Delivered:
    if rnd.random() < 0.3:
        return "interactive", submission(ALICE, "request_deny_form", {"comment": "no"}, aim.pending, rnd)
    return _press(ALICE, rnd.choice(("request_approve", "request_deny", "request_retry")), aim.pending, aim, rnd)


def _bad_form(aim: Aim, rnd: random.Random) -> Delivered:
    bad = (
        "",
        " ",
        _typed(rnd),
        "x" * 4000,
        "wrkspc_nobody",
        "2020-01-01",
        "9999-99-99",
        "admin",
        "0",
        "NaN",
        "-5",
        "<!channel>",
    )
    values = {name: rnd.choice(bad) for name in rnd.sample(FIELDS, rnd.randrange(len(FIELDS)))}
    return "interactive", submission(ALICE, rnd.choice(VIEWS), values | {"name": rnd.choice(bad)}, _typed(rnd), rnd)


def _typed(rnd: random.Random) -> str:
    made = (
        rnd.choice(INJECTED),
        f"{rnd.choice(WORDS)} {rnd.choice(INJECTED)}",
        f"{rnd.choice(WORDS[:6])} {rnd.choice(WORDS)} {rnd.choice(WORDS)}",
        "".join(rnd.choices(string.printable, k=40)),
        rnd.choice(WORDS) + " " + "x" * 5000,
    )
    return rnd.choice([text for text in made if not text.startswith("relink")])
