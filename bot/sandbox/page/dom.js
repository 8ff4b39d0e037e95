/** Building and updating DOM nodes. Text always arrives as text nodes, so nothing that a message says can become markup. */

const SVG_NS = "http://www.w3.org/2000/svg";
const AS_PROPERTY = new Set(["value", "checked", "disabled", "selected", "indeterminate", "hidden", "inert"]);

/**
 * Make an HTML element.
 * @param {string} tag
 * @param {Record<string, any>} [props] `on…` are listeners, `dataset` and `style` are objects; null, undefined and false are left out
 * @param {...any} children nodes, strings, numbers or (nested) arrays of them; null and false are skipped
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Make an SVG element; same arguments as `h`. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG_NS, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) node.style.setProperty(key, one);
    else if (AS_PROPERTY.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replace all children of `node`. */
export function put(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** Give the focus to the first of these selectors' elements that is in sight. */
export function focusFirst(...selectors) {
  const found = selectors.map((one) => document.querySelector(one));
  found.find((one) => one?.checkVisibility({ visibilityProperty: true }))?.focus();
}

const ICONS = {
  hash: "M6 3 5 17M13 3l-1 14M3 7.5h14M2.5 12.5h14",
  shared: "M6 3 5 17M13 3l-1 14M3 7.5h14M2.5 12.5h14",
  home: "M3 9.5 10 3.5l7 6M5 8.5V16h3.6v-4h2.8v4H15V8.5",
  chat: "M3.5 4.5h13v9h-7l-3.5 3v-3h-2.5z",
  eye: "M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  close: "M5 5l10 10M15 5 5 15",
  more: "M4 10a.6.6 0 1 0 .01 0M10 10a.6.6 0 1 0 .01 0M16 10a.6.6 0 1 0 .01 0",
  send: "M3.5 4 17 10 3.5 16l2-6zM5.5 10H11",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7c3.5 0 5.5 2 5.5 5.5",
  wire: "M2.5 10H6l2-5 4 10 2-5h3.5",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  bolt: "M11 2.5 4.5 11H9l-1 6.5L15 9h-4.5z",
  caret: "M5.5 8 10 12.5 14.5 8",
  pause: "M7 5v10M13 5v10",
  play: "M6.5 4.5 15.5 10l-9 5.5z",
  external: "M8 4.5H4.5v11h11V12M11.5 4.5h4v4M15.5 4.5 9 11",
  back: "M12 4.5 6.5 10l5.5 5.5",
  check: "M4.5 10.5 8.5 14.5 15.5 6",
};

/** A decorative line icon. */
export function icon(name, extra = "") {
  return svg(
    "svg",
    { class: `icon ${extra}`, viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }),
  );
}

/**
 * Make the children of `parent` match `items` while leaving unchanged ones alone.
 * @param {HTMLElement} parent
 * @param {any[]} items
 * @param {(item: any) => string} keyOf stable identity
 * @param {(item: any) => string} signatureOf changes when the item must be drawn anew
 * @param {(item: any) => HTMLElement} render
 */
export function reconcile(parent, items, keyOf, signatureOf, render) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const signature = signatureOf(item);
    let node = old.get(key);
    old.delete(key);
    if (!node || node.signature !== signature) {
      const fresh = render(item);
      fresh.dataset.key = key;
      fresh.signature = signature;
      if (node) {
        if (cursor === node) cursor = fresh;
        swap(node, fresh);
      }
      node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  for (const gone of old.values()) gone.remove();
}

/** Replace `old` by `fresh` and give the focus to the control that had it, found again by its `data-focus`. */
export function swap(old, fresh) {
  const active = document.activeElement;
  const name = old.contains(active) ? active.dataset.focus : null;
  const range = name && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  const scroll = old.querySelector("[data-scroll]")?.scrollTop;
  old.replaceWith(fresh);
  if (scroll) fresh.querySelector("[data-scroll]").scrollTop = scroll;
  if (!name) return;
  const again = fresh.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  (again ?? fresh).focus({ preventScroll: true });
  if (again && active.role === "combobox" && again.value !== active.value) {
    again.value = active.value;
    again.dispatchEvent(new Event("input"));
  }
  if (again && range && range[0] !== null) {
    try {
      again.setSelectionRange(...range);
    } catch {
      /* number and date inputs have no selection */
    }
  }
}
