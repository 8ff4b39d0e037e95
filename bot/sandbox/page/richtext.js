/** `rich_text` blocks and the `markdown` block as DOM nodes. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelLink, dateNode, groupMention, link, mention } from "./mrkdwn.js";

/** Render a rich_text block (or a rich_text table cell). */
export function richText(block) {
  return h("div", { class: "rich" }, (block.elements ?? []).map(part));
}

function part(element) {
  if (element.type === "rich_text_list") {
    const ordered = element.style === "ordered";
    const props = {
      class: "rich-list",
      style: { "--depth": String(element.indent ?? 0) },
      start: ordered && element.offset ? element.offset + 1 : null,
    };
    return h(
      ordered ? "ol" : "ul",
      props,
      element.elements.map((one) => h("li", null, one.elements.map(inline))),
    );
  }
  if (element.type === "rich_text_quote") return h("blockquote", { class: "quote" }, element.elements.map(inline));
  if (element.type === "rich_text_preformatted") return h("pre", { class: "pre" }, element.elements.map(inline));
  return h("div", { class: "rich-section" }, (element.elements ?? []).map(inline));
}

const STYLES = [
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["code", "code"],
  ["underline", "u"],
];

function inline(element) {
  const node = leaf(element);
  return STYLES.reduce((inner, [style, tag]) => (element.style?.[style] ? h(tag, null, inner) : inner), node);
}

function leaf(element) {
  switch (element.type) {
    case "text":
      return element.text;
    case "link":
      return link(element.url, element.text);
    case "emoji":
      return emoji(element.name) ?? `:${element.name}:`;
    case "user":
      return mention(element.user_id);
    case "channel":
      return channelLink(element.channel_id);
    case "usergroup":
      return groupMention(element.usergroup_id);
    case "broadcast":
      return h("span", { class: "mention loud" }, `@${element.range}`);
    case "date":
      return dateNode(
        `${element.timestamp}^${element.format}${element.url ? `^${element.url}` : ""}`,
        element.fallback ?? "",
      );
    case "color":
      return h("code", null, element.value);
    default:
      return "";
  }
}

/** Render a `markdown` block: headings, lists, quotes, fences, tables of pipes, inline marks. */
export function markdown(text) {
  const out = h("div", { class: "markdown" });
  const lines = text.split("\n");
  while (lines.length) out.append(...takeBlock(lines));
  return out;
}

const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/;

/** Take one block's lines off the front of `lines`. */
function takeBlock(lines) {
  const line = lines.shift();
  if (!line.trim()) return [];
  if (line.startsWith("```")) {
    const code = takeWhile(lines, (one) => !one.startsWith("```"));
    lines.shift();
    return [h("pre", { class: "pre" }, code.join("\n"))];
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) return [h(`h${Math.min(6, heading[1].length + 2)}`, null, marks(heading[2]))];
  if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) return [h("hr")];
  if (line.startsWith(">")) {
    const quoted = [line, ...takeWhile(lines, (one) => one.startsWith(">"))];
    return [h("blockquote", { class: "quote" }, marks(quoted.map((one) => one.replace(/^> ?/, "")).join("\n")))];
  }
  const item = ITEM.exec(line);
  if (item) {
    const items = [line, ...takeWhile(lines, (one) => ITEM.test(one))];
    return [
      h(
        item[1] ? "ol" : "ul",
        { class: "rich-list" },
        items.map((one) => h("li", null, marks(ITEM.exec(one)[2]))),
      ),
    ];
  }
  if (line.includes("|") && /^[\s|:-]+$/.test(lines[0] ?? "")) return [pipeTable(line, lines)];
  const more = takeWhile(lines, (one) => one.trim() && !/^(#|>|```)/.test(one) && !ITEM.test(one));
  return [h("p", null, marks([line, ...more].join("\n")))];
}

function takeWhile(lines, wanted) {
  const taken = [];
  while (lines.length && wanted(lines[0])) taken.push(lines.shift());
  return taken;
}

function pipeTable(head, lines) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  lines.shift();
  const rows = takeWhile(lines, (one) => one.includes("|"));
  return h(
    "table",
    { class: "grid" },
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        cells(head).map((cell) => h("th", { scope: "col" }, marks(cell))),
      ),
    ),
    h(
      "tbody",
      null,
      rows.map((row) =>
        h(
          "tr",
          null,
          cells(row).map((cell) => h("td", null, marks(cell))),
        ),
      ),
    ),
  );
}

const MARK =
  /`([^`]+)`|!?\[([^\]]*)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|__([^_]+)__|~~([^~]+)~~|\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_(?!\w)|(https?:\/\/[^\s<>)]+)/g;

function marks(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(MARK)) {
    nodes.push(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, code, label, address, bold, bold2, strike, italic, italic2, bare] = match;
    if (code) nodes.push(h("code", null, code));
    else if (address) nodes.push(link(address, label));
    else if (bold || bold2) nodes.push(h("strong", null, marks(bold || bold2)));
    else if (strike) nodes.push(h("s", null, marks(strike)));
    else if (italic || italic2) nodes.push(h("em", null, marks(italic || italic2)));
    else nodes.push(link(bare, ""));
  }
  nodes.push(text.slice(at));
  return nodes;
}
