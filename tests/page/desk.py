"""A small app for the page's tests: one command for each thing that the page must draw or send."""

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]

MANIFEST: Json = {
    "_metadata": {"major_version": 2},
    "display_information": {"name": "Desk"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": True},
        "bot_user": {"display_name": "desk"},
        "slash_commands": [
            {"command": "/desk-form", "description": "Ask for something", "usage_hint": "[what]"},
            {"command": "/desk-note", "description": "A note for you alone"},
            {"command": "/desk-card", "description": "A card with buttons"},
            {"command": "/desk-chart", "description": "Charts and tables"},
            {"command": "/desk-silent", "description": "Never answers"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "im:write", "users:read"]}},
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "socket_mode_enabled": True,
    },
}
CONSOLE = "https://platform.claude.com/settings/keys"
SLOW = 0.4
"""Seconds that the desk takes to read a budget back: somebody may type on meanwhile."""
DAYS = ["Mon", "Tue", "Wed"]


def plain(text: str) -> Json:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def form(budget: str = "") -> Json:
    """Return the form: a name, a type-ahead, an optional date, a budget that is read back."""
    name = {"type": "plain_text_input", "action_id": "name"}
    team = {"type": "external_select", "action_id": "team", "min_query_length": 0, "placeholder": plain("Start typing")}
    end = {"type": "datepicker", "action_id": "end"}
    options = [{"text": plain(name), "value": name} for name in ("Red", "Green", "Blue", "White", "Black")]
    colours = {"type": "multi_static_select", "action_id": "colours", "options": options}
    typing = {"trigger_actions_on": ["on_character_entered"]}
    amount: Json = {"type": "plain_text_input", "action_id": "budget", "dispatch_action_config": typing}
    amount |= {"initial_value": budget} if budget else {}
    said = {"type": "mrkdwn", "text": f"{budget} is read" if budget else "US dollars"}
    return {
        "type": "modal",
        "callback_id": "ask",
        "title": plain("Ask"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [
            {"type": "input", "block_id": "name", "label": plain("Name"), "hint": plain("Small letters"), "element": name},
            {"type": "input", "block_id": "team", "label": plain("Team"), "element": team},
            {"type": "input", "block_id": "end", "label": plain("Ends"), "optional": True, "element": end},
            {"type": "input", "block_id": "colours", "label": plain("Colours"), "optional": True, "element": colours},
            {
                "type": "input",
                "block_id": "budget",
                "label": plain("Budget"),
                "optional": True,
                "dispatch_action": True,
                "element": amount,
            },
            {"type": "context", "elements": [said]},
        ],
    }


def notice(text: str) -> Json:
    """Return a view with one sentence and nothing to send."""
    return {"type": "modal", "title": plain("Ask"), "blocks": [{"type": "section", "text": plain(text)}]}


def card(state: str) -> list[Json]:
    """Return a card with an Approve button that asks once and a way to the Console, as long as `state` is waiting."""
    text = {
        "type": "mrkdwn",
        "text": f"*Request* of <@U0ALICE> & co: {state} &lt;b&gt;not markup&lt;/b&gt; <javascript:alert(1)|press>",
    }
    ask = {
        "title": plain("Sure?"),
        "text": plain("The key will exist."),
        "confirm": plain("Do it"),
        "deny": plain("Not yet"),
    }
    approve: Json = {"type": "button", "action_id": "approve", "text": plain("Approve"), "style": "primary", "confirm": ask}
    console: Json = {"type": "button", "action_id": "console", "text": plain("Open the Console"), "url": CONSOLE}
    approve["accessibility_label"] = "Approve the request of alice"
    console["accessibility_label"] = "Make the key by hand"
    lines = {"type": "mrkdwn", "text": "asked at 09:00\nends at 17:00"}
    blocks: list[Json] = [
        {"type": "section", "block_id": "what", "text": text},
        {"type": "context", "block_id": "when", "elements": [lines]},
    ]
    return blocks + ([{"type": "actions", "block_id": "do", "elements": [approve, console]}] if state == "waiting" else [])


def charts() -> list[Json]:
    """Return a bar chart, a pie and a table."""
    points = [{"label": day, "value": 10.5 * at} for at, day in enumerate(DAYS, 1)]
    series = [{"name": "Production", "data": points}, {"name": "Staging", "data": points}]
    bar = {"type": "bar", "series": series, "axis_config": {"categories": DAYS, "y_label": "USD"}}
    pie = {"type": "pie", "segments": [{"label": "opus", "value": 3}, {"label": "haiku", "value": 1}]}
    texts = ("Day", "Spend", "Reason", "Owner"), ("Mon", "$10.50", "A nightly job that reads all of it again", "platform")
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in texts]
    wrapped = [{"is_wrapped": True}] * 4
    return [
        {"type": "data_visualization", "block_id": "bar", "title": "Spend (USD)", "chart": bar},
        {"type": "data_visualization", "block_id": "pie", "title": "By model", "chart": pie},
        {"type": "table", "block_id": "table", "rows": rows, "column_settings": wrapped},
    ]


def build_desk(web: AsyncWebClient) -> AsyncApp:
    """Return the app; `web` talks to the sandbox."""
    client: Any = web  # slack_sdk and Bolt leave parts of their signatures untyped
    app: Any = AsyncApp(client=web, request_verification_enabled=False)

    async def open_form(ack: AsyncAck, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form())

    async def note(ack: AsyncAck) -> None:
        await ack(text="Only *you* read this")

    async def post_card(ack: AsyncAck, say: AsyncSay) -> None:
        await ack()
        await say(text="A request waits", blocks=card("waiting"))

    async def post_charts(ack: AsyncAck, say: AsyncSay) -> None:
        await ack()
        await say(text="Charts", blocks=charts())

    async def silent() -> None:
        """Never acks."""

    async def approve(ack: AsyncAck, body: Json) -> None:
        await ack()
        message = body["container"]
        done = card(f"approved by {body['user']['name']}")
        await client.chat_update(channel=message["channel_id"], ts=message["message_ts"], text="Approved", blocks=done)

    reading = asyncio.Lock()

    async def budget(ack: AsyncAck, body: Json) -> None:
        await ack()
        async with reading:  # one after another: the last one typed is the last one read
            await asyncio.sleep(SLOW)
            await client.views_update(view_id=body["view"]["id"], view=form(body["actions"][0]["value"]))

    async def looked(ack: AsyncAck) -> None:
        await ack()

    async def options(ack: AsyncAck, body: Json) -> None:
        names = [name for name in ("Production", "Staging") if body["value"].lower() in name.lower()]
        await ack(options=[{"text": plain(name), "value": name} for name in names])

    async def submit(ack: AsyncAck, view: Json) -> None:
        values = view["state"]["values"]
        if values["name"]["name"]["value"] == "taken":
            await ack(response_action="errors", errors={"name": "That name is taken"})
            return
        if values["name"]["name"]["value"] == "known":
            await ack(response_action="update", view=notice("You have it already."))
            return
        await ack()
        text = f"{values['name']['name']['value']} for {values['team']['team']['selected_option']['value']}"
        await client.chat_postMessage(channel="C0ENG", text=text)

    async def home(event: Json) -> None:
        blocks = [{"type": "header", "text": plain("Waiting for you")}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    app.command("/desk-form")(open_form)
    app.command("/desk-note")(note)
    app.command("/desk-card")(post_card)
    app.command("/desk-chart")(post_charts)
    app.command("/desk-silent")(silent)
    app.action("approve")(approve)
    app.action("console")(looked)
    app.action("budget")(budget)
    app.options("team")(options)
    app.view("ask")(submit)
    app.event("app_home_opened")(home)
    return app
