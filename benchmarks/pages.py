"""Pages of the cost report prepared in advance, and a server in its own process that only hands them out."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from benchmarks.child import Json, answer
from bot.admin.reports import ROWS_PER_PAGE, slices

PATH = "/v1/organizations/analytics/cost"
MODELS = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5")
NULLS = (
    "actor", "actor_type", "agent_id", "claude_tag_category", "claude_tag_user_id", "context_window", "deployment_id",
    "environment_id", "inference_geo", "organization_id", "product", "rbac_group_id", "service_tier", "session_id",
    "slack_channel_id", "speed", "user_profile_id", "cost_type", "token_type",
)  # fmt: skip


def stamp(moment: datetime) -> str:
    """Return a time as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def row(day: datetime, key: int, number: int) -> Json:
    """Return one key's cost on one day, with every field that the report has."""
    group: Json = dict.fromkeys(NULLS) | {
        "api_key_id": f"apikey_01Bench{key:018d}",
        "model": MODELS[key % len(MODELS)],
        "workspace_id": f"wrkspc_01Bench{key % 8:018d}",
    }
    amount = f"{100 + (key * 7919 + number * 104729) % 400000}.{(key * 31 + number * 17) % 100000:05d}"
    cost: Json = {"amount": amount, "list_amount": amount, "currency": "USD", "requests": 10 + key}
    return {"starting_at": stamp(day), "ending_at": stamp(day + timedelta(days=1)), "group": group, "cost": cost}


def prepare(starts: datetime, days: int, keys: int) -> dict[tuple[str, str], bytes]:
    """Return the pages as they go over the wire, by the first day of their slice and their cursor ("" for the first)."""
    pages: dict[tuple[str, str], bytes] = {}
    ends = starts + timedelta(days=days)
    for first, last in slices(starts, ends):
        rows = [
            row(first + timedelta(days=day), key, (first - starts).days + day)
            for day in range((last - first).days)
            for key in range(keys)
        ]
        for at in range(0, len(rows), ROWS_PER_PAGE):
            following = at + ROWS_PER_PAGE
            has_more = following < len(rows)
            body = {"data": rows[at:following], "has_more": has_more, "next_page": f"page_{following}" if has_more else None}
            content = json.dumps(body | {"data_refreshed_at": stamp(ends)}, separators=(",", ":")).encode()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
            pages[stamp(first), f"page_{at}" if at else ""] = head.encode() + content
    return pages


async def main() -> None:
    """Serve until standard input ends."""
    pages: dict[tuple[str, str], bytes] = {}

    async def hand_out(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
                writer.write(pages[asked["starting_at"][0], asked.get("page", [""])[0]])
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(hand_out, "127.0.0.1", 0)

    async def get_ready(starts: str, days: int, keys: int) -> Json:
        pages.update(prepare(datetime.fromisoformat(starts).astimezone(UTC), days, keys))
        size = sum(map(len, pages.values()))
        return {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "pages": len(pages), "bytes": size}

    await answer({"get_ready": get_ready})
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
