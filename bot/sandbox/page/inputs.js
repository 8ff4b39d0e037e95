/** Block Kit's form controls other than selects. Each keeps its value in the surface's map of typed values. */

import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { initialSelect, select } from "./selects.js";

/** What an element holds before anybody touches it, as the state object that Slack sends. */
export function initialState(element) {
  const { type } = element;
  if (/_select$/.test(type)) return initialSelect(element);
  switch (type) {
    case "checkboxes":
      return { type, selected_options: element.initial_options ?? [] };
    case "radio_buttons":
      return { type, selected_option: element.initial_option ?? null };
    case "datepicker":
      return { type, selected_date: element.initial_date ?? null };
    case "timepicker":
      return { type, selected_time: element.initial_time ?? null };
    case "datetimepicker":
      return { type, selected_date_time: element.initial_date_time ?? null };
    case "rich_text_input":
      return { type, rich_text_value: element.initial_value ?? null };
    case "file_input":
      return { type, files: [] };
    default:
      return { type, value: element.initial_value ?? null };
  }
}

/** Whether an element carries a value (a button or an image does not). */
export const hasValue = (type) => /_select$|_input$|picker$|^checkboxes$|^radio_buttons$/.test(type);

/**
 * Render a control.
 * @param {object} element
 * @param {{state: object, where: object, label: string, id: string, focus: string, describedby?: string,
 *   changed: (state: object, selected: any, how: "pick"|"type"|"enter") => boolean}} use `changed` says whether Enter was taken as an act
 */
export function control(element, use) {
  const { type } = element;
  if (/_select$/.test(type))
    return select(element, { ...use, changed: (state, selected) => use.changed(state, selected, "pick") });
  if (type === "checkboxes" || type === "radio_buttons") return choices(element, use);
  if (type === "datepicker") return picker(element, use, "date", "selected_date");
  if (type === "timepicker") return picker(element, use, "time", "selected_time");
  if (type === "datetimepicker") return moment(element, use);
  if (type === "file_input") return h("p", { class: "unsupported" }, "Files can't be attached in the sandbox.");
  return textField(element, use);
}

const common = (use) => ({
  id: use.id,
  "aria-label": use.id ? null : use.label,
  "aria-describedby": use.describedby,
  dataset: { focus: use.focus },
});

function choices(element, use) {
  const many = element.type === "checkboxes";
  const held = () => (many ? use.state.selected_options : [use.state.selected_option].filter(Boolean));
  const boxes = element.options.map((option, at) => {
    const input = h("input", {
      type: many ? "checkbox" : "radio",
      name: use.focus,
      checked: held().some((one) => one.value === option.value),
      dataset: { focus: `${use.focus}-${at}` },
    });
    return { option, input };
  });
  const onchange = () => {
    const picked = boxes.filter((box) => box.input.checked).map((box) => box.option);
    const values = picked.map((option) => option.value);
    if (many) use.changed({ type: element.type, selected_options: picked }, values, "pick");
    else use.changed({ type: element.type, selected_option: picked[0] ?? null }, values[0] ?? null, "pick");
  };
  const row = ({ option, input }) =>
    h(
      "label",
      { class: "choice" },
      input,
      h("span", null, textObject(option.text), option.description ? h("small", null, textObject(option.description)) : null),
    );
  return h(
    "div",
    {
      class: "choices",
      role: many ? "group" : "radiogroup",
      "aria-label": use.label,
      "aria-describedby": use.describedby,
      onchange,
    },
    boxes.map(row),
  );
}

function picker(element, use, type, word) {
  const input = h("input", { ...common(use), type, value: use.state[word] ?? "" });
  input.addEventListener("change", () =>
    use.changed({ type: element.type, [word]: input.value || null }, input.value || null, "pick"),
  );
  return input;
}

/** Unix seconds in a field of the browser's own zone. */
function moment(element, use) {
  const local = (unix) =>
    new Date((unix - new Date(unix * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16);
  const input = h("input", {
    ...common(use),
    type: "datetime-local",
    value: use.state.selected_date_time ? local(use.state.selected_date_time) : "",
  });
  input.addEventListener("change", () => {
    const unix = input.value ? Math.floor(new Date(input.value).getTime() / 1000) : null;
    use.changed({ type: element.type, selected_date_time: unix }, unix, "pick");
  });
  return input;
}

const HTML_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number" };

const asRichText = (text) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
const asPlain = (value) =>
  (value?.elements ?? [])
    .flatMap((one) => one.elements ?? [])
    .map((one) => one.text ?? "")
    .join("");

function textField(element, use) {
  const rich = element.type === "rich_text_input";
  const tall = element.multiline || rich;
  const value = rich ? asPlain(use.state.rich_text_value) : (use.state.value ?? "");
  const input = h(tall ? "textarea" : "input", {
    ...common(use),
    type: tall ? null : (HTML_TYPES[element.type] ?? "text"),
    step: element.type === "number_input" ? (element.is_decimal_allowed ? "any" : "1") : null,
    rows: tall ? "3" : null,
    autocomplete: "off",
    placeholder: element.placeholder?.text,
    value,
    "aria-required": use.required ? "true" : null,
  });
  const left = element.max_length ? h("small", { class: "left-over", "aria-live": "off" }) : null;
  const count = () => {
    if (!left) return;
    const rest = element.max_length - input.value.length;
    left.textContent = rest <= Math.min(40, element.max_length / 4) ? String(rest) : "";
    left.classList.toggle("over", rest < 0);
  };
  const tell = (how) => {
    const text = input.value || null;
    return use.changed(
      rich ? { type: element.type, rich_text_value: text && asRichText(text) } : { type: element.type, value: text },
      text,
      how,
    );
  };
  input.addEventListener("input", () => (count(), tell("type")));
  input.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && (!tall || event.ctrlKey || event.metaKey);
    if (enter && tell("enter")) event.preventDefault();
  });
  count();
  return left ? h("div", { class: "with-count" }, input, left) : input;
}
