/** The present person's stack of modals; the top one is shown. Typed values survive updates of the same fields. */

import { act } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { byId, focusFirst, h, icon, put, swap } from "./dom.js";
import { stateOf } from "./elements.js";
import { textObject } from "./mrkdwn.js";
import { clearToasts, closePopup, reason } from "./popup.js";
import { APP_NAME, forgetValues, store } from "./store.js";

/** What is wrong with each view's fields: view id -> {block id: text}; and with the view as a whole. */
const errors = new Map();
const troubles = new Map();
/** How often each view was sent: the same mistake made twice is shown, and read aloud, twice. */
const sent = new Map();
/** Whose view it is, so that a form keeps what was typed while one is somebody else. */
const owners = new Map();
let shown = "";
let opener = null;
let refresh = () => {};

/** Tell this module how to look again after an act. */
export const onActed = (callback) => (refresh = callback);

/** Draw `store.sees.modals`. */
export function drawModal() {
  const stack = store.sees.modals ?? [];
  const view = stack[stack.length - 1];
  const host = byId("modal");
  const seen = new Set(stack.map((one) => one.id));
  for (const one of stack) owners.set(one.id, store.me);
  forgetValues((surface) => owners.get(surface) === store.me && !seen.has(surface));
  byId("workspace").inert = Boolean(view);
  if (!view) return leave(host);
  const signature = JSON.stringify([
    store.me,
    stack.length,
    view.id,
    view.title,
    view.submit,
    view.close,
    view.blocks,
    errors.get(view.id),
    troubles.get(view.id),
    sent.get(view.id),
  ]);
  if (signature === shown) return keepFocus(host);
  const before = host.firstElementChild;
  const isSame = before?.dataset.view === view.id;
  if (!before) opener = document.activeElement;
  const fresh = draw(view, stack.length);
  shown = signature;
  host.hidden = false;
  if (isSame) swap(before, fresh);
  else {
    closePopup();
    clearToasts();
    put(host, fresh);
    (
      fresh.querySelector(".modal-body :is(input, textarea, select, button)") ??
      fresh.querySelector("footer .primary, footer button")
    ).focus();
  }
  keepFocus(host);
}

/** Keys reach the form as long as the focus is somewhere in it; what had the focus may be gone. */
function keepFocus(host) {
  if (document.activeElement === document.body) host.firstElementChild.focus({ preventScroll: true });
}

function leave(host) {
  if (host.hidden) return;
  closePopup();
  host.hidden = true;
  host.replaceChildren();
  shown = "";
  if (opener?.isConnected) opener.focus();
  if (document.activeElement === document.body) focusFirst("#thread .draft", "#main .draft", "#scroller");
}

function draw(view, depth) {
  const place = {
    kind: "modal",
    surface: view.id,
    where: { view_id: view.id },
    errors: errors.get(view.id),
    blocks: () => view.blocks,
    touched: (blockId) => forget(view.id, blockId),
  };
  const submit = view.submit
    ? h("button", { type: "submit", class: "primary", dataset: { focus: "submit" } }, textObject(view.submit))
    : null;
  const cancel = h(
    "button",
    { type: "button", dataset: { focus: "cancel" }, onclick: () => close(view) },
    view.close ? textObject(view.close) : submit ? "Cancel" : "Close",
  );
  const trouble = troubles.get(view.id);
  const form = h(
    "form",
    {
      class: "modal",
      role: "dialog",
      "aria-modal": "true",
      "aria-labelledby": "modal-title",
      novalidate: true,
      tabindex: "-1",
      dataset: { view: view.id },
      onkeydown: (event) => onKey(event, view),
    },
    h(
      "header",
      null,
      depth > 1
        ? h("button", { type: "button", class: "bare", "aria-label": "Back", onclick: () => close(view) }, icon("back"))
        : null,
      h(
        "div",
        { class: "modal-titles" },
        h("h2", { id: "modal-title" }, textObject(view.title)),
        h("small", null, depth > 1 ? `${APP_NAME} · step ${depth}` : APP_NAME),
      ),
      h(
        "button",
        { type: "button", class: "bare", "aria-label": "Close", dataset: { focus: "x" }, onclick: () => close(view, true) },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "modal-body", dataset: { scroll: "" } },
      trouble ? h("div", { class: "alert error", role: "alert" }, trouble) : null,
      renderBlocks(view.blocks, place),
    ),
    h("footer", null, cancel, submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (submit) send(view, form, place);
  });
  return form;
}

/** A field that was changed is no longer marked wrong; the mark goes without redrawing the field. */
function forget(viewId, blockId) {
  const wrong = errors.get(viewId);
  if (!wrong?.[blockId]) return;
  delete wrong[blockId];
  const block = byId("modal").querySelector(`[data-block="${CSS.escape(blockId)}"]`);
  block?.querySelector(".input")?.classList.remove("wrong");
  block?.querySelector(".error")?.remove();
}

async function send(view, form, place) {
  if (form.dataset.sending) return;
  form.dataset.sending = "true";
  const button = form.querySelector("footer .primary");
  // Not disabled, because a disabled button loses the focus.
  button.setAttribute("aria-disabled", "true");
  button.classList.add("busy");
  const answer = await act("submit", { user: store.me, view_id: view.id, values: stateOf(view.blocks, place) });
  delete form.dataset.sending;
  button.removeAttribute("aria-disabled");
  button.classList.remove("busy");
  troubles.delete(view.id);
  sent.set(view.id, (sent.get(view.id) ?? 0) + 1);
  if (answer.errors && Object.keys(answer.errors).length) errors.set(view.id, { ...answer.errors });
  else {
    errors.delete(view.id);
    if (answer.ok === false) troubles.set(view.id, `Not sent: ${reason(answer)}.`);
  }
  await refresh();
  drawModal(); // The answer's errors are shown even if a later look made that one void.
  byId("modal").querySelector(".wrong :is(input, textarea)")?.focus();
}

/** Cancel takes the top form away, the X the whole stack. */
async function close(view, cleared = false) {
  await act("close", { user: store.me, view_id: view.id, cleared });
  errors.delete(view.id);
  await refresh();
}

/** Escape closes, Ctrl+Enter sends from anywhere, Tab stays inside. */
function onKey(event, view) {
  if (event.key === "Escape" && !document.querySelector(".popup, dialog[open]")) {
    event.stopPropagation();
    close(view);
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
    event.preventDefault();
    event.currentTarget.requestSubmit();
  } else if (event.key === "Tab") {
    const stops = [
      ...event.currentTarget.querySelectorAll("a[href], button, input, textarea, select, summary, [tabindex='0']"),
    ].filter((one) => !one.disabled && one.offsetParent);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    if (event.shiftKey ? document.activeElement === first : document.activeElement === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  }
}
