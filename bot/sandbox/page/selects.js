/** Block Kit's select menus: where their choices come from and what they send. */

import { act } from "./api.js";
import { combobox } from "./combobox.js";
import { withEmoji } from "./emoji.js";
import { unescape } from "./mrkdwn.js";
import { store } from "./store.js";

const label = (text) => (text?.type === "mrkdwn" ? unescape(text.text) : withEmoji(text?.text ?? ""));

const fromOption = (option, group) => ({
  id: option.value,
  label: label(option.text),
  detail: option.description && label(option.description),
  group,
  state: option,
});

/** The choices of a list of options or option groups. */
function choicesOf({ options, option_groups: groups }) {
  if (groups) return groups.flatMap((group) => group.options.map((option) => fromOption(option, label(group.label))));
  return (options ?? []).map((option) => fromOption(option));
}

const matching = (choices, words) => {
  const wanted = words.toLowerCase().replace(/^[@#]/, "");
  return choices.filter((choice) => `${choice.label} ${choice.detail ?? ""}`.toLowerCase().includes(wanted));
};

const people = () =>
  store.workspace.people
    .filter((one) => !one.deleted)
    .map((one) => ({ id: one.id, label: one.name, detail: `@${one.handle}`, state: one.id }));
const channels = () =>
  store.sees.channels.filter((one) => !one.is_im).map((one) => ({ id: one.id, label: `#${one.name}`, state: one.id }));
const conversations = () => [...channels(), ...people()];

const KINDS = {
  static: { state: "option", find: (element) => async (words) => ({ choices: matching(choicesOf(element), words) }) },
  external: { state: "option", find: suggestions },
  users: { state: "user", find: () => async (words) => ({ choices: matching(people(), words) }) },
  channels: { state: "channel", find: () => async (words) => ({ choices: matching(channels(), words) }) },
  conversations: { state: "conversation", find: () => async (words) => ({ choices: matching(conversations(), words) }) },
};

/** Type-ahead: asks the app, a little after the last key. */
function suggestions(element, where) {
  let turn = 0;
  return async (words) => {
    const least = element.min_query_length ?? 3;
    if (words.length < least) return { choices: [], note: `Type ${least} letter${least === 1 ? "" : "s"} or more` };
    const mine = (turn += 1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    if (mine !== turn) return { choices: [] };
    const answer = await act("suggest", { ...where, user: store.me, action_id: element.action_id, value: words });
    if (answer.ok === false) return { choices: [], note: "The app did not answer" };
    return { choices: choicesOf(answer) };
  };
}

const kindOf = (type) => KINDS[type.replace(/^multi_/, "").replace(/_select$/, "")];

/** What a select holds before anybody touches it, as a Slack state object. */
export function initialSelect(element) {
  const { state: word } = kindOf(element.type);
  if (!element.type.startsWith("multi_"))
    return { type: element.type, [`selected_${word}`]: element[`initial_${word}`] ?? null };
  return { type: element.type, [`selected_${word}s`]: element[`initial_${word}s`] ?? [] };
}

/**
 * Render a select.
 * @param {object} element the Block Kit element
 * @param {{state: object, where: object, label: string, focus: string, describedby?: string, changed: (state: object, selected: any) => void}} use
 */
export function select(element, { state, where, label: name, focus, describedby, changed }) {
  const kind = kindOf(element.type);
  const many = element.type.startsWith("multi_");
  const word = `selected_${kind.state}${many ? "s" : ""}`;
  const known = kind.state === "option" ? [] : conversations();
  const toChoice = (one) =>
    kind.state === "option"
      ? fromOption(one)
      : (known.find((choice) => choice.id === one) ?? { id: one, label: one, state: one });
  const held = many ? (state[word] ?? []) : [state[word]].filter(Boolean);
  return combobox({
    find: kind.find(element, where),
    chosen: held.map(toChoice),
    many,
    max: element.max_selected_items,
    placeholder: element.placeholder ? label(element.placeholder) : "Choose…",
    label: name,
    focus,
    describedby,
    changed(picked) {
      const states = picked.map((choice) => choice.state);
      const ids = picked.map((choice) => choice.id);
      changed({ type: element.type, [word]: many ? states : (states[0] ?? null) }, many ? ids : (ids[0] ?? null));
    },
  });
}
