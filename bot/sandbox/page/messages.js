/** A list of messages: day dividers, who said it, edited and private marks, files, threads. Unchanged messages keep their nodes. */

import { act, fileUrl } from "./api.js";
import { messageBody } from "./blocks.js";
import { dayLabel, dayOf, fromTs, time } from "./dates.js";
import { h, icon, reconcile } from "./dom.js";
import { refreshDates } from "./mrkdwn.js";
import { menu, told } from "./popup.js";
import { APP_NAME, isReadOnly, myZone, person, store } from "./store.js";

const hueOf = (id) => [...(id ?? "")].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

/** A person's (or the app's) mark: initials on a colour of their own. */
export function avatar(id, small = false) {
  const whom = person(id);
  const size = small ? "avatar small" : "avatar";
  if (!whom) return h("span", { class: `${size} app`, "aria-hidden": "true" }, "Q");
  const initials = whom.name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("");
  return h("span", { class: size, "aria-hidden": "true", style: { "--hue": String(hueOf(id)) } }, initials);
}

const isApp = (message) => message.is_bot || !person(message.user);
const nameOf = (message) => (isApp(message) ? message.username || APP_NAME : person(message.user).name);

/** Whether a message continues the one above it and needs no new heading. */
function continues(message, above) {
  if (!above || message.ephemeral || above.ephemeral || above.user !== message.user) return false;
  return Number(message.ts) - Number(above.ts) < 300 && !message.blocks?.length;
}

/**
 * Bring a list up to date.
 * @param {HTMLElement} root
 * @param {object[]} messages oldest first
 * @param {{channel: object, inThread: boolean, openThread: (ts: string) => void, redraw: () => void}} use
 */
export function drawMessages(root, messages, use) {
  const tz = myZone();
  const rows = [];
  messages.forEach((message, at) => {
    const above = messages[at - 1];
    const day = dayOf(fromTs(message.ts), tz);
    const newDay = !above || dayOf(fromTs(above.ts), tz) !== day;
    if (newDay && !use.inThread) rows.push({ key: `day-${day}`, label: dayLabel(fromTs(message.ts), tz) });
    rows.push({ key: message.ts, message, joined: !newDay && continues(message, above) });
  });
  const signature = (row) => row.label ?? JSON.stringify([row.message, row.joined, store.me, use.inThread]);
  reconcile(
    root,
    rows,
    (row) => row.key,
    signature,
    (row) => (row.label ? divider(row.label) : item(row.message, row.joined, use)),
  );
  refreshDates(root);
}

const divider = (label) => h("li", { class: "day" }, h("span", null, label));

function item(message, joined, use) {
  const place = {
    kind: "message",
    surface: `${use.channel.id}:${message.ts}`,
    where: { channel: use.channel.id, ts: message.ts },
    blocks: () => message.blocks ?? [],
  };
  const clock = time(fromTs(message.ts), myZone());
  const stamp = h("time", { class: "stamp", datetime: fromTs(message.ts).toISOString() }, clock);
  const heading = joined
    ? null
    : h(
        "div",
        { class: "by" },
        h("strong", null, nameOf(message)),
        isApp(message) ? h("span", { class: "tag" }, "app") : null,
        outsider(message),
        stamp,
      );
  const body = h("div", { class: "body" }, messageBody(message, place), files(message));
  if (message.edited)
    (body.querySelector(":scope > .text:last-of-type") ?? body).append(h("small", { class: "edited" }, "(edited)"));
  return h(
    "li",
    { class: `message ${message.ephemeral ? "ephemeral" : ""} ${joined ? "joined" : ""}`, dataset: { ts: message.ts } },
    message.ephemeral ? privateMark(message, use) : null,
    h("div", { class: "gutter" }, joined ? stamp : avatar(isApp(message) ? null : message.user)),
    h("div", { class: "content" }, heading, body, replies(message, use)),
    tools(message, use),
  );
}

function outsider(message) {
  const whom = person(message.user);
  if (whom?.is_stranger) return h("span", { class: "tag" }, "other company");
  return whom?.is_guest ? h("span", { class: "tag" }, "guest") : null;
}

function privateMark(message, use) {
  const away = () => {
    store.dismissed.add(`${use.channel.id}:${message.ts}`);
    use.redraw();
  };
  return h(
    "div",
    { class: "private" },
    icon("eye"),
    h("span", null, "Only visible to you"),
    h("button", { type: "button", class: "link", onclick: away }, "Dismiss"),
  );
}

function files(message) {
  return (message.files ?? []).map((file) => {
    const image = /^image\//.test(file.mimetype ?? "") || /\.(png|jpe?g|gif)$/i.test(file.name ?? file.title ?? "");
    const name = file.title || file.name || file.id;
    const inside = image
      ? h("img", { src: fileUrl(file.id), alt: file.alt_text || name, loading: "lazy" })
      : h("span", null, name);
    return h(
      "a",
      {
        class: image ? "file image" : "file",
        href: fileUrl(file.id),
        target: "_blank",
        rel: "noopener",
        download: image ? null : name,
      },
      inside,
    );
  });
}

function replies(message, use) {
  if (!message.reply_count || use.inThread) return null;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  const props = {
    type: "button",
    class: "replies",
    dataset: { focus: `replies-${message.ts}` },
    "aria-pressed": String(store.thread === message.ts),
    onclick: () => use.openThread(message.ts),
  };
  return h("button", props, icon("reply"), count);
}

/** Thread and message shortcuts, shown when the message has the pointer or the focus. */
function tools(message, use) {
  if (message.ephemeral) return null;
  const focus = (name) => ({ focus: `${name}-${message.ts}` });
  const shortcuts = store.workspace.shortcuts.filter((one) => one.type === "message" || one.type === "message_action");
  const run = async (shortcut) =>
    told(
      await act("shortcut", { user: store.me, callback_id: shortcut.callback_id, channel: use.channel.id, ts: message.ts }),
      shortcut.name,
    );
  const more = h(
    "button",
    {
      type: "button",
      class: "bare",
      "aria-label": "Message shortcuts",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      dataset: focus("more"),
      onclick: () =>
        menu(
          more,
          shortcuts.map((one) => ({ label: one.name, detail: one.description, pick: () => run(one) })),
        ),
    },
    icon("more"),
  );
  const thread = h(
    "button",
    {
      type: "button",
      class: "bare",
      "aria-label": "Reply in thread",
      dataset: focus("thread"),
      onclick: () => use.openThread(message.thread_ts ?? message.ts),
    },
    icon("reply"),
  );
  const offered = [use.inThread || isReadOnly(use.channel) ? null : thread, shortcuts.length ? more : null];
  return offered.some(Boolean) ? h("div", { class: "tools" }, offered) : null;
}
