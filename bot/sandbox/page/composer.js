/** The box in which one writes: slash commands and mentions complete while typing, anything else is a message. */

import { act } from "./api.js";
import { h, icon } from "./dom.js";
import { escape } from "./mrkdwn.js";
import { menu, popup, refill, toast, told } from "./popup.js";
import { channel, drafts, store } from "./store.js";

let counter = 0;

/**
 * Build a composer.
 * @param {{place: () => {channel: string, thread: string|null}, label: () => string, sent?: () => void}} use
 * @returns {HTMLElement & {restore: () => void}} call `restore` after the person, channel or thread changed
 */
export function composer({ place, label }) {
  const listId = `complete-${(counter += 1)}`;
  let rows = [];
  let at = 0;
  let handle = null;
  const list = h("div", { role: "listbox", id: listId, class: "listbox complete", "aria-label": "Suggestions" });
  const box = h("textarea", {
    rows: "1",
    class: "draft",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    autocomplete: "off",
    oninput: () => (keep(), grow(), suggest()),
    onkeydown: onKey,
    onblur: () => setTimeout(() => document.activeElement !== box && close(), 150),
  });
  const hint = h("p", { class: "usage", "aria-live": "polite" });
  const send = h("button", { type: "submit", class: "primary square", "aria-label": "Send" }, icon("send"));
  const bolt = h(
    "button",
    {
      type: "button",
      class: "bare",
      "aria-label": "Shortcuts",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: shortcuts,
    },
    icon("bolt"),
  );
  const root = h(
    "form",
    { class: "composer", onsubmit: (event) => (event.preventDefault(), submit()) },
    h("div", { class: "composer-row" }, bolt, box, send),
    hint,
  );

  const draftKey = () => `${store.me}/${place().channel}/${place().thread ?? ""}`;
  const keep = () => drafts.set(draftKey(), box.value);

  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(160, box.scrollHeight)}px`;
  }

  /** The word before the cursor that can be completed, with its choices. */
  function candidates() {
    const before = box.value.slice(0, box.selectionStart);
    const typed = before.toLowerCase();
    if (/^\/\S*$/.test(before) && !place().thread) {
      const found = store.workspace.commands.filter((one) => one.command.startsWith(typed));
      return {
        start: 0,
        found: found.map((one) => ({
          insert: `${one.command} `,
          name: one.command,
          usage: one.usage_hint,
          detail: one.description,
        })),
      };
    }
    const word = /(^|\s)@([\w.-]*)$/.exec(before);
    if (!word) return { start: 0, found: [] };
    const wanted = word[2].toLowerCase();
    const people = store.workspace.people.filter(
      (one) => !one.deleted && (one.handle.startsWith(wanted) || one.name.toLowerCase().includes(wanted)),
    );
    const groups = store.workspace.groups.filter((one) => one.handle.startsWith(wanted));
    const found = [...people, ...groups]
      .slice(0, 8)
      .map((one) => ({ insert: `@${one.handle} `, name: `@${one.handle}`, detail: one.name }));
    return { start: before.length - word[2].length - 1, found };
  }

  function suggest() {
    showUsage();
    const { start, found } = candidates();
    if (!found.length) return close();
    rows = found.map((one, index) => {
      const pick = (event) => (event.preventDefault(), complete(one, start));
      return h(
        "div",
        { role: "option", id: `${listId}-${index}`, class: "option", onpointerdown: pick },
        h("span", null, h("b", null, one.name), one.usage ? h("code", null, one.usage) : null, h("small", null, one.detail)),
      );
    });
    rows.forEach((row, index) => (row.take = () => complete(found[index], start)));
    handle ??= popup(
      root,
      list,
      () => ((handle = null), box.setAttribute("aria-expanded", "false"), box.removeAttribute("aria-activedescendant")),
    );
    box.setAttribute("aria-expanded", "true");
    refill(handle, list, rows);
    highlight(0);
  }

  function highlight(index) {
    rows[at]?.classList.remove("active");
    rows[at]?.setAttribute("aria-selected", "false");
    at = index;
    rows[at].classList.add("active");
    rows[at].setAttribute("aria-selected", "true");
    rows[at].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", rows[at].id);
  }

  function complete(choice, start) {
    box.setRangeText(choice.insert, start, box.selectionStart, "end");
    keep();
    close();
    showUsage();
    box.focus();
  }

  const close = () => handle?.close();

  /** The usage hint of the command that is being typed stays in sight. */
  function showUsage() {
    const name = box.value.split(/\s/)[0];
    const command = /\s/.test(box.value) ? store.workspace.commands.find((one) => one.command === name) : null;
    hint.textContent = command ? `${command.command} ${command.usage_hint ?? ""} · ${command.description}` : "";
  }

  function onKey(event) {
    const exact = handle && store.workspace.commands.some((one) => one.command === box.value.trim());
    if (event.key === "Escape" && handle) return (event.stopPropagation(), close());
    if (handle && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      highlight((at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length);
    } else if (handle && (event.key === "Tab" || (event.key === "Enter" && !exact))) {
      event.preventDefault();
      rows[at].take();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  }

  function shortcuts() {
    const found = store.workspace.shortcuts.filter((one) => one.type === "global" || one.type === "shortcut");
    const run = async (one) => told(await act("shortcut", { user: store.me, callback_id: one.callback_id }), one.name);
    const items = found.map((one) => ({ label: one.name, detail: one.description, pick: () => run(one) }));
    const slash = {
      label: "Slash command",
      detail: "Type / to see them all",
      pick: () => ((box.value = "/"), box.focus(), suggest()),
    };
    menu(bolt, [...items, slash]);
  }

  async function submit() {
    const text = box.value.trim();
    if (!text) return;
    const { channel: id, thread } = place();
    const isCommand = /^\/[a-z]/i.test(text);
    if (isCommand && thread) return toast("Slash commands can't be used in threads", "error");
    close();
    const key = draftKey();
    drafts.delete(key);
    box.value = "";
    grow();
    showUsage();
    const name = text.split(/\s/)[0];
    const answer = isCommand
      ? await act("command", { user: store.me, channel: id, text })
      : await act("message", { user: store.me, channel: id, text: escape(text), thread_ts: thread ?? undefined });
    if (answer.error === "unknown_command") toast(`${name} is not a valid command`, "error");
    else if (told(answer, isCommand ? name : "Your message")) return;
    if (draftKey() === key && !box.value) {
      box.value = text;
      grow();
    }
  }

  root.restore = () => {
    close();
    box.value = drafts.get(draftKey()) ?? "";
    box.placeholder = label();
    box.setAttribute("aria-label", label());
    const here = channel(place().channel);
    box.dataset.focus = `draft-${here?.id ?? ""}`;
    grow();
    showUsage();
  };
  return root;
}
