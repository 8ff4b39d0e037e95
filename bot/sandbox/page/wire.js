/** The side panel with what goes over the wire between the app and the two servers, newest first. */

import { getWire } from "./api.js";
import { byId, h, icon, put } from "./dom.js";

const KEEP = 300;
let newest = 0;
let paused = false;
let words = "";
let services = { slack: true, claude: true };
let asking = false;

/** Build the panel's controls once. */
export function setUpWire() {
  const pause = h(
    "button",
    { type: "button", class: "small", "aria-pressed": "false", onclick: () => setPaused(!paused) },
    icon("pause"),
    "Pause",
  );
  const setPaused = (value) => {
    paused = value;
    pause.setAttribute("aria-pressed", String(paused));
    put(pause, icon(paused ? "play" : "pause"), paused ? "Go on" : "Pause");
    if (!paused) drawWire();
  };
  const toggle = (name, label) => {
    const box = h("input", {
      type: "checkbox",
      checked: true,
      onchange: () => ((services = { ...services, [name]: box.checked }), sift()),
    });
    return h("label", { class: `wire-service ${name}` }, box, label);
  };
  const filter = h("input", {
    type: "search",
    class: "small-input",
    placeholder: "Filter by name or content",
    "aria-label": "Filter the wire",
    oninput: () => ((words = filter.value.trim().toLowerCase()), sift()),
  });
  const clear = h("button", { type: "button", class: "small", onclick: () => byId("wire-list").replaceChildren() }, "Clear");
  put(
    byId("wire-tools"),
    filter,
    h(
      "div",
      { class: "wire-switches" },
      toggle("slack", "Slack"),
      toggle("claude", "Claude"),
      h("span", { class: "spring" }),
      pause,
      clear,
    ),
  );
}

/** Begin anew: the sandbox was started again and counts from one. */
export function restartWire() {
  newest = 0;
  byId("wire-list").replaceChildren();
}

/** Fetch and show what is new, when the panel is open. */
export async function drawWire() {
  if (paused || asking || byId("wire").hidden) return;
  asking = true;
  const entries = await getWire(newest);
  asking = false;
  if (!Array.isArray(entries) || !entries.length || paused) return;
  newest = Math.max(newest, ...entries.map((one) => one.seq));
  const list = byId("wire-list");
  list.prepend(...entries.slice(-KEEP).reverse().map(row));
  while (list.children.length > KEEP) list.lastElementChild.remove();
  sift();
  drawWire();
}

function sift() {
  let shown = 0;
  for (const node of byId("wire-list").children) {
    node.hidden = !services[node.dataset.service] || (words !== "" && !node.haystack().includes(words));
    if (!node.hidden) shown += 1;
  }
  byId("wire-empty").hidden = shown > 0;
}

const SERVICES = { slack: "Slack", claude: "Claude" };

function row(entry) {
  const toBot = entry.direction === "out";
  const bad = entry.status >= 400 || entry.response?.ok === false;
  const status = entry.response?.ok === false ? entry.response.error : entry.status;
  const node = h(
    "details",
    { class: `wire-row ${bad ? "bad" : ""}`, dataset: { service: entry.service } },
    h(
      "summary",
      { title: `${SERVICES[entry.service] ?? entry.service}, ${toBot ? "sent to the app" : "asked by the app"}` },
      h("time", null, new Date(entry.at).toISOString().slice(11, 19)),
      h(
        "span",
        { class: `wire-mark ${entry.service}` },
        h("span", { class: "hidden" }, SERVICES[entry.service] ?? entry.service),
        toBot ? "→ app" : "app →",
      ),
      h("code", null, entry.name),
      h("span", { class: "wire-status" }, String(status ?? "")),
    ),
  );
  node.addEventListener("toggle", () => node.open && node.children.length === 1 && node.append(details(entry)));
  let text = null;
  node.haystack = () =>
    (text ??= JSON.stringify([entry.service, entry.name, entry.status, entry.request, entry.response]).toLowerCase());
  return node;
}

function details(entry) {
  const part = (title, value) =>
    value === null || value === undefined ? null : h("div", null, h("h4", null, title), tree(value, 0));
  const copy = h(
    "button",
    {
      type: "button",
      class: "small",
      onclick: () => navigator.clipboard?.writeText(JSON.stringify(entry, null, 2)).then(() => put(copy, "Copied")),
    },
    "Copy JSON",
  );
  return h("div", { class: "wire-body" }, part("Request", entry.request), part("Answer", entry.response), copy);
}

/** A value as nested, foldable lines; deep parts are made when they are opened. */
function tree(value, depth) {
  if (value === null || typeof value !== "object") return leaf(value);
  const pairs = Object.entries(value);
  if (!pairs.length) return h("span", { class: "json-dim" }, Array.isArray(value) ? "[]" : "{}");
  return h(
    "div",
    { class: "json" },
    pairs.map(([key, inner]) => branch(key, inner, depth, Array.isArray(value))),
  );
}

function branch(key, value, depth, inList) {
  const name = h("span", { class: inList ? "json-dim" : "json-key" }, key);
  if (value === null || typeof value !== "object" || !Object.keys(value).length)
    return h("div", { class: "json-line" }, name, ": ", tree(value, depth));
  const count = Object.keys(value).length;
  const digest =
    value.type ??
    value.text?.text ??
    value.id ??
    value.action_id ??
    (Array.isArray(value) ? `${count} item${count === 1 ? "" : "s"}` : `${count} field${count === 1 ? "" : "s"}`);
  const node = h(
    "details",
    { open: depth < 1 },
    h("summary", null, name, " ", h("span", { class: "json-dim" }, String(digest).slice(0, 60))),
  );
  const open = () => node.children.length === 1 && node.append(tree(value, depth + 1));
  if (depth < 1) open();
  node.addEventListener("toggle", () => node.open && open());
  return node;
}

function leaf(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `json-${kind}` }, kind === "string" ? `"${value}"` : String(value));
}
