/** A text field with a list of choices under it: every kind of select, single or multiple. */

import { h, icon, put } from "./dom.js";
import { popup, refill } from "./popup.js";

let counter = 0;

/**
 * Build the field.
 * @param {object} options
 * @param {(words: string) => Promise<{note?: string, choices: Choice[]}>} options.find choices for what was typed
 * @param {Choice[]} options.chosen at most one unless `many`
 * @param {(chosen: Choice[]) => void} options.changed
 * @param {{many?: boolean, max?: number, placeholder?: string, label?: string, focus: string, autofocus?: boolean}} options
 * @typedef {{id: string, label: string, detail?: string, group?: string, state: any}} Choice
 */
export function combobox({
  find,
  chosen,
  changed,
  many = false,
  max = Infinity,
  placeholder = "",
  label = "",
  focus,
  describedby = null,
}) {
  const listId = `list-${(counter += 1)}`;
  let picked = [...chosen];
  let rows = [];
  let at = -1;
  let handle = null;
  let asked = 0;

  const list = h("div", {
    role: "listbox",
    id: listId,
    class: "listbox",
    "aria-label": label || placeholder,
    "aria-multiselectable": many ? "true" : null,
  });
  const input = h("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-label": label || placeholder || "Choose",
    "aria-describedby": describedby,
    dataset: { focus },
    oninput: () => open(),
    onkeydown: onKey,
    onclick: () => !handle && open(true),
    onblur: () => setTimeout(leave, 120),
  });
  const chips = h("span", { class: "chips" });
  const root = h(
    "div",
    { class: `combo ${many ? "many" : ""}` },
    chips,
    input,
    h("span", { class: "combo-caret", "aria-hidden": "true", onclick: () => input.focus() || open(true) }, icon("caret")),
  );

  /** Show what is picked: chips for many, the text itself for one. */
  function show() {
    if (many) {
      const chip = (choice) =>
        h(
          "span",
          { class: "chip" },
          choice.label,
          h(
            "button",
            { type: "button", class: "bare", "aria-label": `Remove ${choice.label}`, onclick: () => toggle(choice) },
            icon("close"),
          ),
        );
      put(chips, picked.map(chip));
      input.value = "";
    } else input.value = picked[0]?.label ?? "";
    input.placeholder = many && picked.length ? "" : placeholder;
  }

  async function open(everything = false) {
    const words = everything && !many ? "" : input.value.trim();
    const turn = (asked += 1);
    if (!handle) {
      handle = popup(root, list, () => ((handle = null), input.setAttribute("aria-expanded", "false")));
      input.setAttribute("aria-expanded", "true");
      put(list, h("div", { class: "list-note" }, "…"));
    }
    const { choices, note } = await find(words);
    if (turn !== asked || !handle) return;
    draw(choices, note);
  }

  function draw(choices, note) {
    const isPicked = (choice) => picked.some((one) => one.id === choice.id);
    let heading = null;
    const children = [];
    rows = choices.map((choice, index) => {
      if (choice.group && choice.group !== heading)
        children.push(h("div", { class: "list-group", role: "presentation" }, (heading = choice.group)));
      const row = h(
        "div",
        {
          role: "option",
          id: `${listId}-${index}`,
          class: "option",
          "aria-selected": String(isPicked(choice)),
          onpointerdown: (event) => (event.preventDefault(), pick(choice)),
        },
        h("span", null, choice.label, choice.detail ? h("small", null, choice.detail) : null),
        isPicked(choice) ? icon("check") : null,
      );
      row.choice = choice;
      children.push(row);
      return row;
    });
    if (!rows.length) children.push(h("div", { class: "list-note" }, note ?? "Nothing found"));
    refill(handle, list, children);
    const current = choices.findIndex(isPicked);
    highlight(rows.length ? Math.max(0, many ? 0 : current) : -1);
  }

  function highlight(index) {
    rows[at]?.classList.remove("active");
    at = index;
    rows[at]?.classList.add("active");
    rows[at]?.scrollIntoView({ block: "nearest" });
    if (rows[at]) input.setAttribute("aria-activedescendant", rows[at].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function pick(choice) {
    if (many) return toggle(choice);
    picked = [choice];
    handle?.close();
    show();
    changed(picked);
  }

  function toggle(choice) {
    const without = picked.filter((one) => one.id !== choice.id);
    if (without.length === picked.length && picked.length >= max) return;
    picked = without.length < picked.length ? without : [...picked, choice];
    show();
    changed(picked);
    input.focus();
    if (handle) open();
  }

  function onKey(event) {
    const key = event.key;
    if (key === "Escape" && handle) {
      event.stopPropagation();
      handle.close();
      show();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!handle) open(true);
      else if (rows.length) highlight((at + (key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length);
    } else if (key === "Enter" && handle) {
      event.preventDefault();
      if (rows[at]) pick(rows[at].choice);
    } else if (key === "Backspace" && many && !input.value && picked.length) toggle(picked[picked.length - 1]);
  }

  /** Typed text that picks nothing is not a choice: show what is picked again, or nothing when the field was emptied. */
  function leave() {
    if (document.activeElement === input || !input.isConnected) return;
    handle?.close();
    if (!many && !input.value && picked.length) {
      picked = [];
      changed(picked);
    }
    show();
  }

  show();
  return root;
}
