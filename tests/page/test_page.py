"""The page in a real browser: what people type, press and see, against the sandbox's servers and a small app."""

import asyncio
import contextlib
import re
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, Route, expect

from bot.sandbox.run import Sandbox
from tests.page.conftest import OpenPage

SAYS_SOMETHING = """fetch("/_sandbox/act/message", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({user: "U0BOB", channel: "C0GENERAL", text: "I was first."}),
})"""

pytestmark = pytest.mark.asyncio(loop_scope="module")


PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"


async def type_command(page: Page, text: str) -> None:
    """Write something in the composer and send it."""
    draft = page.locator("#main .draft")
    await draft.fill(text)
    await draft.press("Enter")


async def test_commands_complete_while_they_are_typed_and_keep_their_hint_in_sight(open_page: OpenPage) -> None:
    page = await open_page()
    draft = page.locator("#main .draft")
    await draft.press_sequentially("/desk")
    options = page.locator(".complete .option")
    await expect(options).to_have_count(5)
    await expect(options.first).to_contain_text("Ask for something")
    await draft.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await draft.press("ArrowUp")
    await draft.press("Tab")
    await expect(draft).to_have_value("/desk-form ")
    await expect(page.locator("#main .usage")).to_contain_text("[what]")


@pytest.mark.proof
async def test_an_unknown_command_is_refused_and_stays_in_the_composer(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/nonsense now")
    await expect(page.locator(".toast")).to_contain_text("/nonsense is not a valid command")
    await expect(page.locator("#main .draft")).to_have_value("/nonsense now")
    await page.locator("#main .draft").press("Enter")
    await page.wait_for_timeout(300)
    await expect(page.locator(".toast")).to_have_count(1)


async def test_a_form_shows_each_error_at_its_field_keeps_what_was_typed_and_closes_when_accepted(
    open_page: OpenPage,
) -> None:
    page = await open_page()
    await type_command(page, "/desk-form")
    modal = page.get_by_role("dialog", name="Ask")
    name = modal.get_by_label("Name")
    await expect(name).to_be_focused()
    await modal.get_by_role("button", name="Send").click()
    error = modal.locator("[data-block=team] .error")
    await expect(error).to_contain_text("required")
    await error.evaluate("one => one.dataset.old = 'yes'")
    await modal.get_by_role("button", name="Send").click()  # the same mistake is told again
    await expect(modal.locator("[data-block=team] .error:not([data-old])")).to_contain_text("required")

    await name.fill("taken")
    await modal.get_by_role("combobox", name="Team").press_sequentially("sta")
    await page.get_by_role("option", name="Staging").click()
    await name.press("Enter")
    await expect(modal.locator("[data-block=name] .error")).to_have_text("That name is taken")
    await expect(name).to_have_value("taken")
    await expect(modal.get_by_role("combobox", name="Team")).to_have_value("Staging")

    await name.fill("free")
    await expect(modal.locator(".error")).to_have_count(0)
    await name.press("Enter")
    await expect(modal).to_have_count(0)
    await expect(page.locator("#messages")).to_contain_text("free for Staging")


@pytest.mark.proof
async def test_a_field_that_is_read_back_keeps_what_is_typed_while_the_form_is_redrawn(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-form")
    modal = page.get_by_role("dialog", name="Ask")
    field = modal.get_by_label("Budget")
    await field.press_sequentially("15")
    await page.wait_for_timeout(500)
    await page.keyboard.type("00")
    # How long the first reading stays in sight before the second one comes is the machine's affair.
    await expect(modal).to_contain_text(re.compile(r"15(00)? is read"))
    await expect(field).to_have_value("1500")
    await expect(field).to_be_focused()
    await page.keyboard.type("0")
    await expect(modal).to_contain_text("15000 is read")
    await expect(field).to_have_value("15000")
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)


@pytest.mark.proof
async def test_a_list_that_stays_open_leaves_the_forms_buttons_free(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-form")
    modal = page.get_by_role("dialog")
    await modal.get_by_role("combobox", name="Colours").click()
    await page.get_by_role("option", name="Red").click()
    await expect(page.get_by_role("option", name="Red")).to_have_attribute("aria-selected", "true")
    await modal.get_by_role("button", name="Cancel").click()
    await expect(modal).to_have_count(0)


@pytest.mark.proof
async def test_escape_closes_a_form_and_gives_the_focus_back(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-form")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#main .draft")).to_be_focused()


@pytest.mark.proof
async def test_after_a_form_was_sent_the_keyboard_still_works_in_what_it_became(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-form")
    modal = page.get_by_role("dialog")
    await modal.get_by_label("Name").fill("known")
    await modal.get_by_role("combobox", name="Team").press_sequentially("sta")
    await page.get_by_role("option", name="Staging").click()
    await modal.get_by_role("button", name="Send").press("Enter")
    await expect(modal).to_contain_text("You have it already")
    assert await page.evaluate("document.querySelector('.modal').contains(document.activeElement)")
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)


@pytest.mark.proof
async def test_a_form_waits_with_what_was_typed_while_one_is_somebody_else(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-form")
    await page.get_by_role("dialog").get_by_label("Name").fill("half")
    await page.locator("[data-person=U0BOB]").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.locator("[data-person=U0ALICE]").click()
    await expect(page.get_by_role("dialog").get_by_label("Name")).to_have_value("half")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.proof
async def test_an_ephemeral_is_marked_and_only_its_reader_sees_it(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-note")
    note = page.locator(".message.ephemeral").last
    await expect(note).to_contain_text("Only visible to you")
    await expect(note.locator("strong", has_text="you")).to_be_visible()
    await page.locator("[data-person=U0BOB]").click()
    await expect(page.locator("#channels [aria-current]")).to_have_attribute("data-place", "C0ENG")
    await expect(page.locator("[data-person=U0BOB]")).to_have_attribute("aria-checked", "true")
    await expect(page.locator(".message.ephemeral")).to_have_count(0)


async def test_a_button_with_a_confirm_dialog_asks_before_it_acts_and_the_card_is_redrawn(open_page: OpenPage) -> None:
    page = await open_page("U0BOB", "C0APPROVALS")
    await type_command(page, "/desk-card")
    card = page.locator(".message").last
    approve = card.get_by_role("button", name="Approve")
    await approve.click()
    await expect(approve).to_have_accessible_name("Approve the request of alice")
    dialog = page.get_by_role("alertdialog", name="Sure?")
    await dialog.get_by_role("button", name="Not yet").click()
    await expect(dialog).to_have_count(0)
    await expect(card).to_contain_text("waiting")
    await approve.click()
    await dialog.get_by_role("button", name="Do it").press("Enter")
    await expect(card).to_contain_text("approved by bob")
    await expect(approve).to_have_count(0)


@pytest.mark.proof
async def test_links_to_the_console_lead_to_its_stand_in_and_say_so(open_page: OpenPage, sandbox: Sandbox) -> None:
    page = await open_page("U0BOB", "C0APPROVALS")
    await type_command(page, "/desk-card")
    button = page.locator(".message").last.get_by_role("button", name="Open the Console: Make the key by hand")
    await expect(button).to_have_attribute("title", re.compile("stand-in"))
    async with page.context.expect_page() as opened:
        await button.click()
    await expect(await opened.value).to_have_url(f"{sandbox.claude_url}/console")


async def test_markup_in_a_message_stays_text(open_page: OpenPage) -> None:
    page = await open_page("U0CAROL", "C0COSTS")
    await type_command(page, "<img src=x onerror=alert(1)> *bold* & `code` @bob!")
    said = page.locator(".message").last
    await expect(said.locator(".text")).to_have_text("<img src=x onerror=alert(1)> bold & code @bob!")
    await expect(said.locator("strong", has_text="bold")).to_be_visible()
    await expect(said.locator(".mention")).to_have_text("@bob")
    await expect(said.locator("img")).to_have_count(0)
    await type_command(page, "/desk-card")
    await expect(page.locator(".message").last).to_contain_text("<b>not markup</b> press")
    await expect(page.locator(".message").last.locator(".body a")).to_have_count(0)
    context = page.locator(".message").last.locator(".context")
    assert await context.inner_text() == "asked at 09:00\nends at 17:00"


DRAW_DAYS = """async () => {
  const { chart } = await import("/page/charts.js");
  const categories = Array.from({ length: 14 }, (_, at) => `${at + 10} Nov`);
  const data = categories.map((label) => ({ label, value: 1 }));
  const series = [{ name: "All", data }];
  const drawn = chart({ title: "Days", chart: { type: "bar", series, axis_config: { categories } } });
  return [...drawn.querySelectorAll(".tick")].map((one) => one.textContent).filter((text) => text.endsWith("Nov"));
}"""


DRAW_TWO = """async (type) => {
  const { chart } = await import("/page/charts.js");
  const categories = ["Mon", "Tue"];
  const of = (name, values) => ({ name, data: categories.map((label, at) => ({ label, value: values[at] })) });
  const series = [of("now", [30, -10]), of("before", [20, 40])];
  const drawn = chart({ title: "Days", chart: { type, series, axis_config: { categories } } });
  const box = (one) => ["x", "y", "width", "height"].map((name) => Number(one.getAttribute(name)));
  const bars = [...drawn.querySelectorAll("rect.bar")].map(box);
  const areas = [...drawn.querySelectorAll("polygon.area")].map((one) => one.getAttribute("points"));
  return { bars, areas };
}"""


@pytest.mark.proof
async def test_bars_stand_beside_each_other_and_areas_lie_over_each_other(open_page: OpenPage) -> None:
    page = await open_page("U0DANA", "C0COSTS")
    (now_mon, now_tue, before_mon, before_tue) = (await page.evaluate(DRAW_TWO, "bar"))["bars"]
    assert before_mon[0] == pytest.approx(now_mon[0] + now_mon[2]), "beside it"
    assert before_tue[0] == pytest.approx(now_tue[0] + now_tue[2])
    zero = now_mon[1] + now_mon[3]
    assert before_mon[1] + before_mon[3] == pytest.approx(zero), "on the axis, and not on the other"
    assert now_tue[1] == pytest.approx(zero), "below the axis"
    assert now_mon[3] == pytest.approx(before_mon[3] * 1.5)
    first, second = (await page.evaluate(DRAW_TWO, "area"))["areas"]
    assert first.split()[-2:] == second.split()[-2:], "each from the axis"
    assert first.split()[0].split(",")[1] < second.split()[0].split(",")[1]


async def test_charts_and_tables_are_drawn_with_legend_and_figures(open_page: OpenPage) -> None:
    page = await open_page("U0DANA", "C0COSTS")
    await type_command(page, "/desk-chart")
    bar = page.locator(".chart-bar").last
    await expect(bar.locator("rect.bar")).to_have_count(6)
    heights = await bar.locator("rect.tone-0").evaluate_all("bars => bars.map((bar) => bar.height.baseVal.value)")
    assert heights[2] == pytest.approx(3 * heights[0], rel=0.01)
    await expect(bar.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile(r"Mon to Wed: Production \$63\.00 in all")
    )
    await expect(bar.locator(".legend li")).to_have_text(["Production", "Staging"])
    await bar.locator("summary").click()
    await expect(bar.locator("tbody tr").first).to_contain_text("$10.50")
    await expect(page.locator(".chart-pie").last.locator("path")).to_have_count(2)
    await expect(page.locator(".chart-pie").last.locator(".legend")).to_contain_text("75 %")
    await expect(page.locator(".block-table").last.locator("td.number")).to_have_text("$10.50")
    names = await page.evaluate(DRAW_DAYS)
    assert len(names) < 14
    assert names[-1] == "23 Nov", "the newest day has its name when not all have room"


@pytest.mark.proof
async def test_an_app_that_does_not_answer_is_named_with_what_was_tried(open_page: OpenPage) -> None:
    page = await open_page()
    await type_command(page, "/desk-silent")
    await expect(page.locator(".toast.error")).to_contain_text("/desk-silent failed: the app did not answer in 3 s")
    await type_command(page, "/desk-form")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await expect(page.locator(".toast")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.proof
async def test_the_page_can_be_used_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = await open_page()
    await page.locator("[data-person=U0ALICE]").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("[data-person=U0BOB]")).to_be_focused()
    await expect(page.locator("[data-person=U0BOB]")).to_have_attribute("aria-checked", "true")
    await page.locator("[data-place=C0APPROVALS]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#place-title")).to_have_text("llm-approvals")
    await expect(page.locator("#main .draft")).to_be_focused()
    await page.keyboard.type("/desk-fo")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("combobox", name="Team")).to_have_value("Production")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.proof
async def test_draft_and_focus_survive_what_others_do_meanwhile(open_page: OpenPage) -> None:
    alice, bob = await open_page(), await open_page("U0BOB")
    draft = alice.locator("#main .draft")
    await draft.press_sequentially("I was about to")
    await type_command(bob, "Bob was faster")
    await expect(alice.locator("#messages")).to_contain_text("Bob was faster")
    await expect(draft).to_be_focused()
    await expect(draft).to_have_value("I was about to")
    await alice.keyboard.type(" say")
    await expect(draft).to_have_value("I was about to say")


@pytest.mark.proof
async def test_a_thread_opens_beside_the_conversation_and_takes_replies(open_page: OpenPage) -> None:
    page = await open_page("U0BOB", "C0ENG")
    await type_command(page, "Something to discuss")
    root = page.locator("#messages .message", has_text="Something to discuss")
    await root.hover()
    await root.get_by_role("button", name="Reply in thread").click()
    reply = page.get_by_role("combobox", name="Reply in this thread")
    await expect(reply).to_be_focused()
    await reply.fill("Agreed")
    await reply.press("Enter")
    await expect(page.locator("#thread-messages")).to_contain_text("Agreed")
    await expect(root.locator(".replies")).to_have_text("1 reply")
    await expect(page.locator("#messages")).not_to_contain_text("Agreed")
    await reply.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()


IS_ON_TOP = """(node) => {
  const box = node.getBoundingClientRect();
  return node.contains(document.elementFromPoint(box.x + 60, box.y + box.height / 2));
}"""


@pytest.mark.proof
async def test_where_there_is_no_room_beside_it_a_thread_takes_the_conversations_place(open_page: OpenPage) -> None:
    page = await open_page("U0BOB", "C0GENERAL", width=390, height=844)
    await type_command(page, "Read on the way")
    await page.locator("#messages .message").last.hover()
    await page.locator("#messages .message").last.get_by_role("button", name="Reply in thread").click()
    said = page.locator("#thread-messages .message", has_text="Read on the way")
    for width in (390, 900):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await said.evaluate(IS_ON_TOP)
        thread = await page.locator("#thread").bounding_box()
        assert thread is not None
        assert thread["width"] >= 390
        assert thread["height"] > 500
        await expect(page.locator("#place-title")).to_be_hidden()
    await page.get_by_role("button", name="Close the thread").click()
    await expect(page.locator("#messages .message").last).to_be_visible()


@pytest.mark.proof
async def test_where_the_manifest_lets_nobody_write_a_sentence_takes_the_composers_place(open_page: OpenPage) -> None:
    page = await open_page()
    await page.locator("#app-places .place", has_text="Messages").click()
    await expect(page.locator("#place-about")).to_have_text("Direct messages with the app")
    await expect(page.locator("#read-only")).to_contain_text("turned off")
    await expect(page.locator("#main .draft")).to_be_hidden()
    await page.locator("[data-place=C0ENG]").click()
    await expect(page.locator("#main .draft")).to_be_focused()
    await expect(page.locator("#read-only")).to_be_hidden()


@pytest.mark.proof
async def test_a_click_that_a_change_overtakes_is_not_lost(open_page: OpenPage) -> None:
    page = await open_page("U0GUS")
    asked = 0

    async def overtaken(route: Route) -> None:
        nonlocal asked
        asked += 1
        late = 0.4 * asked
        if asked <= 2:
            await page.evaluate(SAYS_SOMETHING)
        await asyncio.sleep(late)
        with contextlib.suppress(Error):  # the test may be over, and its calls answered
            await route.continue_()

    await page.route("**/_sandbox/sees*", overtaken)
    await page.locator("#app-places .place", has_text="Messages").click()
    await expect(page.locator("#place-about")).to_have_text("Direct messages with the app")
    assert asked > 1
    await page.unroute("**/_sandbox/sees*")


@pytest.mark.proof
async def test_unread_messages_are_counted_for_whoever_is_not_there(open_page: OpenPage) -> None:
    page = await open_page("U0ALICE", "C0GENERAL")
    await type_command(page, "Good morning")
    await expect(page.locator("#messages")).to_contain_text("Good morning")
    await expect(page.locator("[data-person=U0BOB] .dot")).to_be_visible()
    await page.locator("[data-place=C0ENG]").click()
    await page.locator("[data-person=U0BOB]").click()
    await expect(page.locator("[data-place=C0GENERAL] .badge")).to_contain_text("1")
    await page.locator("[data-place=C0GENERAL]").click()
    await expect(page.locator("[data-place=C0GENERAL] .badge")).to_have_count(0)


@pytest.mark.proof
async def test_the_home_tab_is_asked_for_and_drawn(open_page: OpenPage) -> None:
    page = await open_page("U0CAROL", "C0ENG")
    await page.locator("[data-place=home]").click()
    await expect(page.locator("#home h3")).to_have_text("Waiting for you")


@pytest.mark.proof
async def test_somebody_from_another_company_sees_the_shared_channel_alone(open_page: OpenPage) -> None:
    page = await open_page("U0EVE", "C0ENG")
    await expect(page.locator("#channels .place")).to_have_count(1)
    await expect(page.locator("#channels .place")).to_contain_text("acme-globex")
    await expect(page.locator("#app-places .place")).to_have_count(0)


@pytest.mark.proof
async def test_the_wire_shows_and_filters_what_was_exchanged(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_role("button", name="Wire", exact=True).click()
    await type_command(page, "/desk-note")
    row = page.locator(".wire-row", has_text="slash_commands").first
    await expect(row).to_be_visible()
    await row.locator("summary").first.click()
    await expect(row).to_contain_text("/desk-note")
    await page.get_by_role("searchbox", name="Filter the wire").fill("no such thing anywhere")
    await expect(page.locator(".wire-row:visible")).to_have_count(0)


@pytest.mark.proof
async def test_the_clock_goes_to_the_tomorrow_morning_of_whoever_one_is(open_page: OpenPage) -> None:
    page = await open_page()
    await page.locator("#tomorrow").click()
    await expect(page.locator("#clock")).to_contain_text("09:00 · Berlin")
    await page.locator("[data-person=U0DANA]").click()
    await expect(page.locator("#clock")).to_contain_text("03:00 · New York")
    await expect(page.get_by_title("Go to tomorrow 09:00 in New York")).to_have_text("Tomorrow 09:00")
    await page.locator("#tomorrow").click()
    await expect(page.locator("#clock")).to_contain_text("09:00 · New York")


async def test_on_a_phone_nothing_is_cut_off_and_the_channels_open_as_a_drawer(open_page: OpenPage) -> None:
    page = await open_page("U0DANA", "C0COSTS", width=390, height=844)
    await type_command(page, "/desk-chart")
    await expect(page.locator(".chart").last).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    cells = page.locator(".block-table").last.locator("td")
    widths = await cells.evaluate_all("cells => cells.map((cell) => cell.offsetWidth)")
    assert min(widths) > 100
    await page.get_by_role("button", name="Channels").click()
    await page.locator("[data-place=C0GENERAL]").click()
    await expect(page.locator("#place-title")).to_have_text("general")
    await expect(page.locator("#side")).to_be_hidden()


SMALL_TARGETS = """() => [...document.querySelectorAll("button, .button, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => Math.min(one.offsetWidth, one.offsetHeight) < 40)
  .map((one) => one.outerHTML)"""


@pytest.mark.proof
async def test_on_a_phone_everything_is_large_enough_for_a_finger(open_page: OpenPage) -> None:
    page = await open_page("U0CAROL", "C0APPROVALS", width=390, height=844)  # her city is the widest
    await type_command(page, "/desk-card")
    await type_command(page, "/desk-note")
    await expect(page.locator(".message.ephemeral").last).to_be_visible()
    assert await page.evaluate(SMALL_TARGETS) == []
    menu, clock = await page.locator("#menu-button").bounding_box(), await page.locator("#tomorrow").bounding_box()
    assert menu is not None
    assert clock is not None
    assert menu["y"] < clock["y"] + clock["height"] / 2 < menu["y"] + menu["height"]


@pytest.mark.proof
async def test_whoever_one_is_is_in_sight_and_named_beside_the_channel(open_page: OpenPage) -> None:
    page = await open_page("U0EVE", "C0GLOBEX", width=390)
    await expect(page.locator("#who")).to_have_text("You are Eve · other company")
    for width in (390, 1280, 800):
        await page.set_viewport_size({"width": width, "height": 844})
        await expect(page.locator("#cast [aria-checked=true]")).to_be_in_viewport(ratio=0.98)


async def test_every_module_and_style_of_the_page_is_named_in_its_head() -> None:
    named = set(re.findall(r'(?:href|src)="/page/([^"]+)"', (PAGE / "index.html").read_text()))
    assert named == {file.name for file in PAGE.iterdir()} - {"index.html"}
