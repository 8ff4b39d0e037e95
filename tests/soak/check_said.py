"""What stands in Slack is what the rows say, each message exactly once; shared with others it says nothing."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, cast

from sqlmodel import select

from bot.approvals import db as requests
from bot.approvals.cards.notices import thread_line
from bot.approvals.cards.plan import LINE, TOPIC, line_of, wanted
from bot.posts.converge import topic_of
from bot.posts.db import of_subject
from bot.posts.model import Drawing, Post
from bot.slack.model import Message
from bot.store import audit
from bot.store.tables import PostRow, SecretRow
from tests.rings import crowd
from tests.soak.world import Soak
from tests.world import APPROVALS

NOTED_WITHIN = 5.0
"""Seconds that a process may take from a message's arrival to its note, with its tries; it is killed in between."""


async def subjects(soak: Soak) -> list[tuple[str, str]]:
    """Return the topics and subjects of which anything was said."""
    async with soak.rt.store.read() as tx:
        found = await tx.session.exec(select(PostRow.topic, PostRow.subject).distinct())
        return sorted((row[0], row[1]) for row in found)


async def posts_of(soak: Soak, topic: str, subject: str) -> list[Post]:
    """Return what should stand of a subject."""
    async with soak.rt.store.read() as tx:
        return await of_subject(tx, topic, subject)


async def check_said(soak: Soak) -> list[str]:
    """Return in sentences what stands that should not, what doesn't stand, and what stands otherwise."""
    problems: list[str] = []
    known: set[tuple[str, str]] = set()
    for topic, subject in await subjects(soak):
        posts = await posts_of(soak, topic, subject)
        drawing = await topic_of(soak.rt, topic).load(soak.rt, subject)
        for post in posts:
            if post.ts:
                known.add((post.posted_channel or "", post.ts))
            problems += _wrong(soak, post, drawing)
        problems += _twice(posts)
        problems += await _untold(soak, subject, posts) if topic == TOPIC else []
    return [*problems, *_unknown(soak, known)]


def _wrong(soak: Soak, post: Post, drawing: Drawing | None) -> list[str]:
    """Say what is wrong with one message."""
    name = f"{post.topic} {post.subject} {post.purpose} for {post.channel}"
    content = drawing.content(post) if drawing else None
    if not post.ts:
        return [] if post.is_given_up and content is None else [f"{name} was never sent"]
    standing = soak.slack.message(post.posted_channel, post.ts)
    if standing is None:
        return [f"{name} doesn't stand where it is said to"]
    topic = topic_of(soak.rt, post.topic)
    if post.is_redacted:
        return _different(name, standing, topic.redacted(soak.rt, post))
    if content is None:
        return []
    if content.line:
        lines = standing.text.split("\n")
        return [] if all(line in lines for line in content.line.split("\n")) else [f"{name} says {standing.text!r}"]
    return _different(name, standing, content.draw(None))


def _different(name: str, standing: Any, message: Message) -> list[str]:
    if standing.text == message.text and _bare(standing.blocks or []) == _bare(message.blocks):
        return []
    return [f"{name} says {standing.text!r} instead of {message.text!r}"]


def _bare(blocks: Sequence[Any]) -> list[Any]:
    """Return blocks without the ids that Slack gives them."""
    return [{name: value for name, value in cast("dict[str, Any]", block).items() if name != "block_id"} for block in blocks]


def _twice(posts: Sequence[Post]) -> list[str]:
    """Say which purposes have two rows for one person or channel that aren't copies of one another."""
    counts = Counter((post.purpose, post.channel) for post in posts)
    return [
        f"{posts[0].subject}: {purpose} is wanted {n} times in {channel}"
        for (purpose, channel), n in counts.items()
        if n > 1
    ]


async def _untold(soak: Soak, subject: str, posts: Sequence[Post]) -> list[str]:
    """Say what the history of a request demands and nobody wrote down to be said."""
    async with soak.rt.store.read() as tx:
        request = await requests.require(tx, subject)
        entries = await audit.entries_of(tx, subject)
    demanded = [(one.purpose, one.channel) for one in wanted(request)]
    for entry in entries:
        if "version" in entry.detail and thread_line(entry.at, entry.actor, entry.action, entry.detail):
            line = line_of(int(entry.detail["version"]), request.channel)
            demanded.append((line.purpose, line.channel))
    there = {(post.purpose, post.channel) for post in posts}
    missing = [one for one in demanded if one not in there]
    if request.outcome.part_of:  # until something has to be said of a part, the card of the whole tells all of it
        first = min(map(_version_of, there), default=0)
        missing = [one for one in missing if _version_of(one) >= first]
    return [f"{subject}: {one} is demanded and not wanted" for one in missing]


def _version_of(line: tuple[str, str]) -> float:
    """Return which version of a request a line of its thread tells of; infinite for what is no line."""
    what, _, version = line[0].partition(":")
    return int(version) if what == LINE else math.inf


def _unknown(soak: Soak, known: set[tuple[str, str]]) -> list[str]:
    """Say which messages stand that nobody wrote down, unless who sent them lost the answer, or died before the note."""
    problems: list[str] = []
    noted = {(one.channel, one.text) for one in soak.slack.history if (one.channel, one.ts) in known}
    for message in soak.slack.messages:
        place = (message.channel, message.ts)
        if place in known or not _counts(soak, message):
            continue
        at = soak.posted.get(place, 0.0)
        if message.channel.startswith("D") and not _repeats(noted, soak, place):
            soak.events["answers in direct messages"] += 1  # nobody writes down what one person is told of their own act
        elif place in soak.unheard or any(at - 1.0 <= lost.at <= at + NOTED_WITHIN * crowd() for lost in soak.lost):
            soak.events["messages sent twice as an answer was lost"] += 1
        else:
            problems.append(f"nobody wrote down {place}: {message.text!r}")
    return problems


def _repeats(noted: set[tuple[str, str]], soak: Soak, place: tuple[str, str]) -> bool:
    """Tell whether a message says, or said, what one says or said that somebody wrote down."""
    texts = [one.text for one in soak.slack.history if (one.channel, one.ts) == place]
    return any((place[0], text) in noted for text in texts)


def _counts(soak: Soak, message: Any) -> bool:
    place = (message.channel, message.ts)
    return message.is_bot and not message.ephemeral_to and not message.deleted and place != soak.anchor


async def check_redacted(soak: Soak) -> list[str]:
    """Return in sentences what still can be read in the approvers' channel, which another company sees now."""
    problems: list[str] = []
    for topic, subject in await subjects(soak):
        for post in await posts_of(soak, topic, subject):
            if post.ts and post.posted_channel == APPROVALS:
                standing = soak.slack.message(post.posted_channel, post.ts)
                hidden = topic_of(soak.rt, topic).redacted(soak.rt, post)
                problems += _different(f"{topic} {subject} {post.purpose}, shared,", standing, hidden)
    return problems


SECRET = re.compile(r"sk-ant-api03-[\w-]{40,}")


async def check_secrets(soak: Soak) -> list[str]:
    """Return which secrets stand in messages or logs, were shown twice, or are kept although their time is over."""
    seen: dict[str, set[tuple[str | None, str]]] = defaultdict(set)
    problems: list[str] = []
    for one in soak.slack.history:
        for secret in SECRET.findall(f"{one.text}{one.blocks}{one.view}"):
            if one.surface == "modal":
                seen[secret].add((one.user, str(one.view and one.view.get("id"))))
            else:
                problems.append(f"a secret stands in {one.channel} {one.ts}")
    problems += [f"a secret was shown in {places}" for places in seen.values() if len(places) > 1]
    problems += [f"a secret stands in a log: {line[:60]}…" for line in soak.leaks]
    async with soak.rt.store.read() as tx:
        kept = [row.request_id for row in await tx.session.exec(select(SecretRow)) if row.ciphertext is not None]
    soak.events["secrets shown"] += len(seen)
    return [*problems, *(f"the secret of {one} is still kept" for one in kept)]
