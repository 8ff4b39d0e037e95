/** Block Kit blocks as DOM nodes: one small function per type, in one table. */

import { chart } from "./charts.js";
import { h, icon } from "./dom.js";
import { element, imageSource, unknown } from "./elements.js";
import { mrkdwn, textObject } from "./mrkdwn.js";
import { markdown, richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

/** @typedef {import("./elements.js").Place} Place */

const RENDERERS = {
  section,
  header: (block) =>
    h(
      `h${Math.min(4, (block.level ?? 1) + 2)}`,
      { class: `block-header level-${block.level ?? 1}` },
      textObject(block.text),
    ),
  divider: () => h("hr", { class: "divider" }),
  context: (block, place) =>
    h(
      "div",
      { class: "context" },
      block.elements.map((one) => (one.type === "image" ? element(one, block, place) : h("span", null, textObject(one)))),
    ),
  actions: (block, place) =>
    h(
      "div",
      { class: "actions" },
      block.elements.map((one) => element(one, block, place)),
    ),
  context_actions: (block, place) =>
    h(
      "div",
      { class: "actions quiet" },
      block.elements.map((one) => element(one, block, place)),
    ),
  input,
  image,
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text),
  table: (block) => table(block),
  data_table: (block) => dataTable(block),
  data_visualization: (block) => chart(block),
  card,
  carousel: (block, place) =>
    h(
      "div",
      { class: "carousel", tabindex: "0", role: "group", "aria-label": "Cards" },
      (block.elements ?? block.cards ?? []).map((one) => card(one, place)),
    ),
  alert,
  container,
  plan,
  task_card: task,
  video: (block) => h("div", { class: "unsupported" }, `Video: ${block.title?.text ?? block.alt_text ?? ""}`),
};

/**
 * Render blocks in order. A `table` goes to the end of a message, as Slack draws it.
 * @param {object[]} blocks
 * @param {Place} place
 * @returns {HTMLElement[]}
 */
export function renderBlocks(blocks, place) {
  const ordered =
    place.kind === "message" ? [...blocks].sort((a, b) => (a.type === "table") - (b.type === "table")) : blocks;
  return ordered.map((block) => {
    const draw = RENDERERS[block.type];
    return h(
      "div",
      { class: `block block-${block.type}`, dataset: { block: block.block_id ?? "" } },
      draw ? draw(block, place) : unknown(block.type),
    );
  });
}

const text = (object) => h("div", { class: "text" }, textObject(object));

function section(block, place) {
  const fields = block.fields ? h("div", { class: "fields" }, block.fields.map(text)) : null;
  const body = h("div", { class: "section-body" }, block.text ? text(block.text) : null, fields);
  return h(
    "div",
    { class: "section" },
    body,
    block.accessory ? h("div", { class: "accessory" }, element(block.accessory, block, place)) : null,
  );
}

const SINGLE = /^(plain_text|email_text|url_text|number|rich_text)_input$|^(date|time|datetime)picker$/;

/** A labelled control with its hint, its error, and the mark of an optional one. */
function input(block, place) {
  const id = `in-${place.surface}-${block.block_id}`.replace(/[^\w-]/g, "_");
  const error = place.errors?.[block.block_id];
  const label = h("span", null, textObject(block.label));
  const described = [error ? `${id}-error` : null, block.hint ? `${id}-hint` : null].filter(Boolean).join(" ") || null;
  const single = SINGLE.test(block.element.type);
  const optional = block.optional ? h("small", { class: "optional" }, "optional") : null;
  return h(
    "div",
    { class: `input ${error ? "wrong" : ""}` },
    h(single ? "label" : "div", { class: "label", for: single ? id : null }, label, optional),
    element(block.element, block, place, { id: single ? id : null, label: label.textContent, describedby: described }),
    error ? h("p", { class: "error", id: `${id}-error`, role: "alert" }, icon("close"), error) : null,
    block.hint ? h("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint)) : null,
  );
}

function image(block) {
  const title = block.title ? h("figcaption", null, textObject(block.title)) : null;
  return h(
    "figure",
    { class: "image" },
    title,
    h(
      "a",
      { href: imageSource(block), target: "_blank", rel: "noopener" },
      h("img", { src: imageSource(block), alt: block.alt_text, loading: "lazy" }),
    ),
  );
}

function card(block, place) {
  const hero = block.hero_image
    ? h("img", { class: "hero", src: imageSource(block.hero_image), alt: block.hero_image.alt_text ?? "" })
    : null;
  const mark = block.icon
    ? h("img", { class: "thumb", src: imageSource(block.icon), alt: block.icon.alt_text ?? "" })
    : null;
  const line = (name) => (block[name] ? h("div", { class: `card-${name}` }, textObject(block[name])) : null);
  const foot = block.actions
    ? h(
        "div",
        { class: "actions" },
        block.actions.map((one) => element(one, block, place)),
      )
    : null;
  return h(
    "article",
    { class: "card" },
    hero,
    h("div", { class: "card-head" }, mark, h("div", null, line("title"), line("subtitle"))),
    line("body"),
    foot,
    line("subtext"),
  );
}

const LEVELS = { default: "Note", info: "Information", warning: "Warning", error: "Error", success: "Success" };

function alert(block) {
  const level = block.level ?? "default";
  return h(
    "div",
    { class: `alert ${level}`, role: level === "error" || level === "warning" ? "alert" : "note" },
    h("span", { class: "hidden" }, `${LEVELS[level] ?? level}: `),
    text(block.text),
  );
}

function container(block, place) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : textObject(block.title);
  const head = [h("strong", null, title), block.subtitle ? h("small", null, textObject(block.subtitle)) : null];
  const body = h(
    "div",
    { class: "container-body" },
    renderBlocks(block.child_blocks ?? block.blocks ?? block.elements ?? [], place),
  );
  const style = `container ${block.width ?? "standard"} ${block.has_header_divider ? "ruled" : ""}`;
  if (block.is_collapsible) {
    return h(
      "details",
      { class: style, open: !block.default_collapsed },
      h("summary", { class: "container-head", dataset: { focus: block.block_id } }, head),
      body,
    );
  }
  return h("section", { class: style }, h("div", { class: "container-head" }, head), body);
}

const STATUS = { pending: "waiting", in_progress: "in progress", complete: "done", error: "failed" };

function task(block) {
  const parts = [block.details, block.output].filter(Boolean).map(richText);
  return h(
    "div",
    { class: `task ${block.status}` },
    h("strong", null, block.title),
    h("small", null, STATUS[block.status] ?? block.status),
    parts,
  );
}

function plan(block) {
  return h("section", { class: "plan" }, h("strong", null, block.title), (block.tasks ?? []).map(task));
}

/** Render what a message says: its blocks, or its text when it has none, then old-style attachments. */
export function messageBody(message, place) {
  const nodes = message.blocks?.length
    ? renderBlocks(message.blocks, place)
    : message.text
      ? [h("div", { class: "text" }, mrkdwn(message.text))]
      : [];
  for (const one of message.attachments ?? []) {
    const inner = one.blocks
      ? renderBlocks(one.blocks, place)
      : [h("div", { class: "text" }, mrkdwn(one.text ?? one.fallback ?? ""))];
    nodes.push(
      h(
        "div",
        { class: "attachment", style: /^#[0-9a-f]{3,6}$/i.test(one.color ?? "") ? { "border-color": one.color } : null },
        inner,
      ),
    );
  }
  return nodes;
}
