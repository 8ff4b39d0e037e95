/** Block Kit elements inside sections, actions and inputs, and how a press or a choice reaches the app. */

import { act, fileUrl } from "./api.js";
import { h, icon } from "./dom.js";
import { control, hasValue, initialState } from "./inputs.js";
import { follow, linkNote } from "./links.js";
import { textObject } from "./mrkdwn.js";
import { confirm, menu, reason, told } from "./popup.js";
import { store, valuesOf } from "./store.js";

/**
 * Where a block stands: enough to find it again on the server.
 * @typedef {{surface: string, kind: "message"|"modal"|"home", where: object, blocks: () => object[],
 *   errors?: Record<string, string>, touched?: (blockId: string) => void}} Place
 *   `surface` keys typed values; `where` goes into each act: {channel, ts}, {view_id} or {home: true}; the last two are for modals
 */

const textOf = (nodes) => h("span", null, nodes).textContent;

/** The typed or initial value of an element. */
export function valueOf(element, block, place) {
  return valuesOf(place.surface).get(`${block.block_id}/${element.action_id}`) ?? initialState(element);
}

/** Everything that the inputs of a view hold: {block_id: {action_id: state object}}. */
export function stateOf(blocks, place) {
  const values = {};
  const nested = blocks.flatMap((block) => block.child_blocks ?? []);
  for (const block of [...blocks, ...nested]) {
    for (const element of [block.element, block.accessory, ...(block.elements ?? [])]) {
      if (!element?.action_id || !hasValue(element.type)) continue;
      (values[block.block_id] ??= {})[element.action_id] = valueOf(element, block, place);
    }
  }
  return values;
}

/** Send a click; says in a toast and at the control when the app did not take it. */
async function press(node, element, block, place, more) {
  if (element.confirm && !(await confirm(element.confirm))) return;
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  const values = stateOf(place.blocks(), place);
  const answer = await act("click", {
    ...place.where,
    values,
    user: store.me,
    action_id: element.action_id,
    block_id: block.block_id,
    ...more,
  });
  node.classList.remove("busy");
  node.removeAttribute("aria-busy");
  const failed = !told(answer, `“${textOf(textObject(element.text ?? "")) || element.action_id}”`);
  node.classList.toggle("failed", failed);
  node.title = failed ? reason(answer) : (linkNote(element.url) ?? "");
}

/** Render an element; `block` is the block it stands in. */
export function element(item, block, place, extra = {}) {
  switch (item.type) {
    case "button":
    case "workflow_button":
    case "icon_button":
      return button(item, block, place);
    case "overflow":
      return overflow(item, block, place);
    case "feedback_buttons":
      return h(
        "span",
        { class: "feedback" },
        button(item.positive_button, block, place, item),
        button(item.negative_button, block, place, item),
      );
    case "image":
      return h("img", { class: "thumb", src: imageSource(item), alt: item.alt_text, title: item.alt_text });
    default:
      return hasValue(item.type) ? field(item, block, place, extra) : unknown(item.type);
  }
}

/** Something this page cannot draw is named, never dropped in silence. */
export const unknown = (type) => h("span", { class: "unsupported" }, `[${type}]`);

/** Where an image's bytes come from. */
export function imageSource(item) {
  if (item.slack_file?.id) return fileUrl(item.slack_file.id);
  const address = item.slack_file?.url ?? item.image_url ?? "";
  return /\/files\/([A-Z0-9]+)/.test(address) && !item.image_url
    ? fileUrl(/\/files\/([A-Z0-9]+)/.exec(address)[1])
    : address;
}

const words = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

/** What a screen reader calls a button; it holds the visible words, because those are what people say to a voice control. */
function spokenName(item) {
  const label = item.accessibility_label;
  const seen = textOf(textObject(item.text));
  if (!label || !words(seen) || ` ${words(label)} `.includes(` ${words(seen)} `)) return label;
  return `${seen}: ${label}`;
}

function button(item, block, place, within = item) {
  const { style = "", url } = item;
  if (item.visible_to_user_ids && !item.visible_to_user_ids.includes(store.me)) return h("span", { hidden: true });
  const props = {
    type: "button",
    class: style,
    "aria-label": spokenName(item),
    title: linkNote(url),
    dataset: { focus: `${block.block_id}/${within.action_id}/${item.value ?? ""}`, action: within.action_id },
    onclick: (event) => {
      if (url) follow(url);
      press(
        event.currentTarget,
        { ...item, action_id: within.action_id },
        block,
        place,
        item.value === undefined ? {} : { value: item.value },
      );
    },
  };
  return h("button", props, textObject(item.text), url ? icon("external", "trailing") : null);
}

function overflow(item, block, place) {
  const node = h(
    "button",
    {
      type: "button",
      class: "overflow",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      dataset: { focus: `${block.block_id}/${item.action_id}`, action: item.action_id },
      onclick: () => menu(node, item.options.map(choice)),
    },
    icon("more"),
  );
  const choice = (option) => ({
    label: textObject(option.text),
    detail: option.description ? textObject(option.description) : linkNote(option.url),
    pick: () => {
      if (option.url) follow(option.url);
      press(node, item, block, place, { selected: option.value });
    },
  });
  return node;
}

const TYPING_PAUSE = 350;
const timers = new Map();

function field(item, block, place, { id = null, label = "", describedby = null } = {}) {
  const key = `${block.block_id}/${item.action_id}`;
  const isInput = block.type === "input";
  const triggers = item.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const root = h("div", { class: `field field-${item.type}`, dataset: { action: item.action_id } });
  const timerKey = `${place.surface}/${key}`;
  const send = (selected) =>
    press(
      root,
      item,
      block,
      place,
      typeof selected === "string" && /_input$/.test(item.type) ? { value: selected } : { selected },
    );
  const changed = (state, selected, how) => {
    valuesOf(place.surface).set(key, state);
    place.touched?.(block.block_id);
    if (isInput && !block.dispatch_action) return false;
    clearTimeout(timers.get(timerKey));
    const wanted = how === "pick" || triggers.includes(how === "enter" ? "on_enter_pressed" : "on_character_entered");
    if (!wanted) return false;
    if (how === "type")
      timers.set(
        timerKey,
        setTimeout(() => send(selected ?? ""), TYPING_PAUSE),
      );
    else send(selected ?? "");
    return how === "enter";
  };
  const name = label || item.placeholder?.text || "Choose";
  const use = {
    state: valueOf(item, block, place),
    where: place.where,
    label: name,
    id,
    describedby,
    focus: key,
    changed,
    required: isInput && !block.optional,
  };
  root.append(control(item, use));
  return root;
}
