/** Things that open over the page: menus, option lists, confirm dialogs and toasts. */

import { byId, h, icon, put } from "./dom.js";
import { textObject } from "./mrkdwn.js";

let openPopup = null;

/** Close a menu or list whose button or field was redrawn or taken away. */
export function closeOrphan() {
  openPopup?.place();
}

/** Close whatever menu or list is open. */
export function closePopup() {
  openPopup?.close();
}

/** Down to where a popup may reach: a form's buttons stay free, because some lists stay open while one picks. */
const floorOf = (anchor) => anchor.closest(".modal")?.querySelector("footer").getBoundingClientRect().top ?? innerHeight;

/**
 * Show `content` beside `anchor`, above everything, until a press elsewhere or Escape, or until the anchor has gone.
 * @returns {{close: () => void, place: () => void}}
 */
export function popup(anchor, content, onClose = () => {}) {
  closePopup();
  const layer = h("div", { class: "popup" }, content);
  document.body.append(layer);
  const place = () => {
    const box = anchor.getBoundingClientRect();
    if (!anchor.isConnected || box.bottom < 0 || box.top > innerHeight) return handle.close();
    layer.style.minWidth = `${Math.min(Math.max(box.width, 180), 560, innerWidth - 16)}px`;
    const { width, height } = layer.getBoundingClientRect();
    const floor = floorOf(anchor);
    const below = floor - box.bottom - 12;
    const top = below >= height || below >= box.top ? box.bottom + 4 : Math.max(8, box.top - height - 4);
    layer.style.top = `${top}px`;
    layer.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
    layer.style.maxHeight = `${Math.max(140, top > box.top ? floor - top - 8 : box.top - 12)}px`;
  };
  const outside = (event) => !layer.contains(event.target) && !anchor.contains(event.target) && handle.close();
  const scrolled = (event) => !layer.contains(event.target) && event.target.contains?.(anchor) && place();
  const handle = {
    place,
    close() {
      if (openPopup === handle) openPopup = null;
      layer.remove();
      removeEventListener("pointerdown", outside, true);
      removeEventListener("scroll", scrolled, true);
      onClose();
    },
  };
  addEventListener("pointerdown", outside, true);
  addEventListener("scroll", scrolled, true);
  openPopup = handle;
  place();
  return handle;
}

/**
 * A menu button's menu.
 * @param {HTMLElement} anchor the button
 * @param {{label: any, detail?: any, danger?: boolean, pick: () => void}[]} items
 */
export function menu(anchor, items) {
  const rows = items.map((item) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        class: item.danger ? "danger" : "",
        onclick: () => (handle.close(), anchor.focus(), item.pick()),
      },
      h("span", null, item.label),
      item.detail ? h("small", null, item.detail) : null,
    ),
  );
  const step = (by) => rows[(rows.indexOf(document.activeElement) + by + rows.length) % rows.length].focus();
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Home: () => rows[0].focus(),
    End: () => rows[rows.length - 1].focus(),
    Escape: () => (handle.close(), anchor.focus()),
    Tab: () => (handle.close(), anchor.focus()),
  };
  const onkeydown = (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  };
  const wasOpen = anchor.getAttribute("aria-expanded") === "true";
  if (wasOpen) return closePopup();
  const handle = popup(anchor, h("div", { role: "menu", class: "menu", onkeydown }, rows), () =>
    anchor.setAttribute("aria-expanded", "false"),
  );
  anchor.setAttribute("aria-expanded", "true");
  rows[0]?.focus();
}

/** Ask with a Block Kit confirm object. @returns {Promise<boolean>} */
export function confirm(ask) {
  const back = document.activeElement;
  const danger = ask.style === "danger";
  return new Promise((resolve) => {
    const answer = (yes) => {
      dialog.close();
      dialog.remove();
      back?.focus?.();
      resolve(yes);
    };
    const dialog = h(
      "dialog",
      {
        class: "confirm",
        role: "alertdialog",
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
        oncancel: (event) => (event.preventDefault(), answer(false)),
      },
      h("h2", { id: "confirm-title" }, textObject(ask.title)),
      h("div", { id: "confirm-text", class: "text" }, textObject(ask.text)),
      h(
        "div",
        { class: "dialog-foot" },
        h("button", { type: "button", onclick: () => answer(false) }, textObject(ask.deny ?? "Cancel")),
        h(
          "button",
          { type: "button", class: danger ? "danger solid" : "primary", onclick: () => answer(true) },
          textObject(ask.confirm ?? "OK"),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector(danger ? "button" : "button.primary").focus();
  });
}

const SENTENCES = {
  operation_timeout: "the app did not answer in 3 s",
  no_connection: "no app is connected",
  no_such_element: "this control is no longer on the screen",
  sandbox_unreachable: "the sandbox did not answer",
  expired_trigger_id: "the app took longer than 3 s to open the form",
};

/** Why an act failed, as the end of a sentence. */
export const reason = (answer) => SENTENCES[answer.error] ?? answer.message ?? answer.error ?? "something went wrong";

/** Say something in the corner for a while; also read out by screen readers. */
export function toast(text, kind = "info") {
  const note = h(
    "div",
    { class: `toast ${kind}` },
    h("span", null, text),
    h("button", { type: "button", class: "bare", "aria-label": "Put away", onclick: () => note.remove() }, icon("close")),
  );
  for (const one of [...byId("toasts").children]) if (one.firstElementChild.textContent === text) one.remove();
  byId("toasts").append(note);
  while (byId("toasts").children.length > 4) byId("toasts").firstChild.remove();
  setTimeout(() => note.remove(), kind === "error" ? 9000 : 4500);
}

/** Put all toasts away: what they told belongs to something earlier. */
export const clearToasts = () => byId("toasts").replaceChildren();

/** Tell `what` failed and why, unless `answer` is good. @returns {boolean} whether it was good */
export function told(answer, what) {
  if (answer.ok !== false) return true;
  const why = reason(answer).replace(/\.$/, "");
  toast(`${what} failed: ${why}`, "error");
  return false;
}

/** Replace a list popup's content and move it if its size changed. */
export function refill(handle, list, children) {
  put(list, children);
  handle?.place();
}
