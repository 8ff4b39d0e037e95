/** Slack's mrkdwn as DOM nodes. Input is what the app sent (with &amp; &lt; &gt; escapes); output holds text nodes only. */

import { fromTs, slackDate } from "./dates.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { destination, linkNote } from "./links.js";
import { channel, group, handleOf, myZone, person, store } from "./store.js";

/** Undo Slack's three escapes. */
export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Apply Slack's three escapes, as its client does with typed text. */
export const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const FENCE = /```\n?([\s\S]*?)\n?```/g;

/** Render mrkdwn text. @returns {Node[]} */
export function mrkdwn(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(FENCE)) {
    nodes.push(...paragraphs(text.slice(at, match.index).replace(/\n$/, "")));
    nodes.push(h("pre", { class: "pre" }, specials(match[1])));
    at = match.index + match[0].length;
  }
  nodes.push(...paragraphs(text.slice(at).replace(at ? /^\n/ : /$^/, "")));
  return nodes;
}

/** Lines, with quoted ones gathered in a blockquote and bulleted ones hung. */
function paragraphs(text) {
  if (!text) return [];
  const nodes = [];
  let quote = null;
  let before = false;
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (quote) quote.append("\n");
      else nodes.push((quote = h("blockquote", { class: "quote" })));
      quote.append(...inline(quoted[1]));
      before = false;
      continue;
    }
    quote = null;
    const item = /^( *)(•|◦|▪|\d{1,2}\.) +(.*)$/.exec(line);
    if (item) {
      const depth = String(Math.min(4, Math.floor(item[1].length / 2)));
      nodes.push(
        h(
          "span",
          { class: "item", style: { "--depth": depth } },
          h("span", null, item[2]),
          h("span", null, inline(item[3])),
        ),
      );
      before = false;
      continue;
    }
    if (before) nodes.push("\n");
    nodes.push(...inline(line));
    before = true;
  }
  return nodes;
}

const BEFORE = "(?<![\\p{L}\\p{N}])";
const AFTER = "(?![\\p{L}\\p{N}])";
const styled = (mark) => `${BEFORE}[${mark}](?![\\s${mark}])([^\\n]*?[^\\s])[${mark}]${AFTER}`;
const INLINE = new RegExp(`\`([^\`\\n]+)\`|<([^<>\\n]+)>|${styled("*")}|${styled("_")}|${styled("~")}`, "gu");

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) nodes.push(plain(text.slice(at, match.index)));
    at = match.index + match[0].length;
    const [, code, special, bold, italic, strike] = match;
    if (code !== undefined) nodes.push(h("code", null, specials(code)));
    else if (special !== undefined) nodes.push(specialNode(special));
    else if (bold !== undefined) nodes.push(h("strong", null, inline(bold)));
    else if (italic !== undefined) nodes.push(h("em", null, inline(italic)));
    else nodes.push(h("s", null, inline(strike)));
  }
  if (at < text.length) nodes.push(plain(text.slice(at)));
  return nodes;
}

const plain = (text) => unescape(withEmoji(text));

/** Code keeps everything literal except links and mentions. */
function specials(text) {
  return text.split(/(<[^<>\n]+>)/).map((part) => (/^<.+>$/.test(part) ? specialNode(part.slice(1, -1)) : unescape(part)));
}

function specialNode(inside) {
  const [target, label] = divide(inside, "|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelLink(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) return dateNode(target.slice(6), label ?? "");
  if (target.startsWith("!")) return h("span", { class: "mention loud" }, `@${label ?? target.slice(1)}`);
  return link(unescape(target), unescape(withEmoji(label ?? "")));
}

function divide(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** A link; only web and mail addresses become clickable. */
export function link(address, label) {
  if (!/^(https?:|mailto:)/i.test(address)) return label || `<${address}>`;
  const shown = label || address.replace(/^mailto:/, "");
  const props = { href: destination(address), title: linkNote(address), target: "_blank", rel: "noopener noreferrer" };
  return h("a", props, shown);
}

/** `@somebody`, marked when it is the reader. */
export function mention(id) {
  const whom = person(id);
  const mine = id === store.me ? "mention mine" : "mention";
  return h("span", { class: mine, title: whom ? `${whom.name} · ${whom.title}` : null }, `@${handleOf(id)}`);
}

/** `#channel`. */
export function channelLink(id, label) {
  const known = channel(id) ?? store.workspace.channels.find((one) => one.id === id);
  const name = known?.name ?? label ?? "private channel";
  return h("a", { class: "mention", href: `#/${store.me}/${id}` }, `#${name}`);
}

/** `@group`, marked when the reader belongs to it. */
export function groupMention(id, label) {
  const known = group(id);
  const mine = known?.users.includes(store.me) ? "mention mine" : "mention";
  return h("span", { class: mine, title: known?.name }, `@${known?.handle ?? (label ?? id).replace(/^@/, "")}`);
}

/** `<!date^unix^format^link|fallback>`; redrawn as time passes by `refreshDates`. */
export function dateNode(spec, fallback) {
  const [unix, pattern = "", address] = spec.split("^");
  const text = slackDate(Number(unix), pattern, myZone()) ?? unescape(fallback);
  const node = h(
    "time",
    { dataset: { unix, pattern }, title: fromTs(unix).toString() === "Invalid Date" ? null : fromTs(unix).toUTCString() },
    text,
  );
  return address
    ? h("a", { href: /^https?:/i.test(address) ? address : null, target: "_blank", rel: "noopener noreferrer" }, node)
    : node;
}

/** Bring relative dates ("today", "3 hours ago") up to the clock. */
export function refreshDates(root) {
  for (const node of root.querySelectorAll("time[data-pattern]")) {
    const text = slackDate(Number(node.dataset.unix), node.dataset.pattern, myZone());
    if (text !== null && text !== node.textContent) node.textContent = text;
  }
}

/** Render a Slack text object (`plain_text` or `mrkdwn`). @returns {Node[]} */
export function textObject(text) {
  if (!text) return [];
  if (typeof text === "string") return [withEmoji(text)];
  if (text.type === "mrkdwn") return mrkdwn(text.text);
  return [text.emoji === false ? text.text : withEmoji(text.text)];
}
