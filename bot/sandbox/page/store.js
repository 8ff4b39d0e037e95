/** What the page knows: the workspace, what the present person sees, and where in it they are. */

import { now } from "./dates.js";

/** One mutable record; `main.js` writes it, everything else reads. */
export const store = {
  /** answer of GET /state */
  workspace: { people: [], channels: [], groups: [], commands: [], shortcuts: [] },
  /** answer of GET /sees for `me` */
  sees: { channels: [], modals: [], home: null },
  me: "",
  /** "home" or a channel id */
  place: "",
  /** ts of the open thread's first message */
  thread: null,
  /** ephemerals that somebody put away, as "channel:ts" */
  dismissed: new Set(),
};

export const APP_NAME = "Quartermaster";

export const person = (id) => store.workspace.people.find((one) => one.id === id);
export const me = () => person(store.me);
export const myZone = () => me()?.tz || "UTC";
export const channel = (id) => store.sees.channels.find((one) => one.id === id);
/** Whether nobody but the app writes there: its messages, when its manifest wants them so. */
export const isReadOnly = (place) => Boolean(place?.is_im && store.workspace.messages_read_only);
export const group = (id) => store.workspace.groups.find((one) => one.id === id);

/** The name that goes behind the @: a handle, or the app. */
export function handleOf(id) {
  return person(id)?.handle ?? (id?.startsWith("U0QM") || !id ? APP_NAME : id);
}

/** Everything in a channel that the person has not put away, oldest first. */
export function messagesIn(place) {
  const kept = (message) => !store.dismissed.has(`${place.id}:${message.ts}`) && !message.deleted;
  return place.messages.filter(kept).sort((a, b) => Number(a.ts) - Number(b.ts));
}

/** A reply that shows only in its thread. */
export const isReply = (message) => Boolean(message.thread_ts && message.thread_ts !== message.ts);

const READ = "sandbox-read";
let read = JSON.parse(sessionStorage.getItem(READ) ?? "{}");

/** Remember that `user` has seen a channel up to now. */
export function markRead(user, place) {
  const last = place.messages.reduce((newest, message) => Math.max(newest, Number(message.ts)), 0);
  const key = `${user}/${place.id}`;
  if (read[key] === last) return;
  read = { ...read, [key]: last };
  sessionStorage.setItem(READ, JSON.stringify(read));
}

/** How many messages in a channel this person has not seen; their own don't count. */
export function unreadCount(user, place) {
  const last = read[`${user}/${place.id}`] ?? 0;
  const horizon = last > now() / 1000 + 60 ? 0 : last;
  return place.messages.filter((message) => Number(message.ts) > horizon && message.user !== user).length;
}

/** What somebody typed or picked and has not sent yet, per surface ("view id" or "channel:ts"). */
const typed = new Map();

/** The values typed on one surface: a Map from "block/action" to a Slack state object. */
export function valuesOf(surface) {
  if (!typed.has(surface)) typed.set(surface, new Map());
  return typed.get(surface);
}

/** Forget the values of surfaces that are gone. */
export function forgetValues(isGone) {
  for (const surface of typed.keys()) if (isGone(surface)) typed.delete(surface);
}

/** Text of unsent messages, per person and place. */
export const drafts = new Map();
