/** Who one is, and where one can go: the cast on top, the channels at the side. */

import { getSees } from "./api.js";
import { combobox } from "./combobox.js";
import { byId, h, icon, put, reconcile } from "./dom.js";
import { avatar } from "./messages.js";
import { APP_NAME, me, store, unreadCount } from "./store.js";

/** How much waits unread for those whom one is not at the moment. */
const waiting = new Map();

/** Whom the strip has been scrolled to; it is left alone until one becomes somebody else. */
let inSight = "";

/** Draw the people whom one can be. */
export function drawCast(become) {
  const cast = store.workspace.people.filter((one) => one.in_cast);
  const guestStar = me() && !me().in_cast ? [me()] : [];
  const rows = [...cast, ...guestStar];
  const signature = (one) => JSON.stringify([one, one.id === store.me, waiting.get(one.id) ?? 0]);
  reconcile(
    byId("cast"),
    rows,
    (one) => one.id,
    signature,
    (one) => castButton(one, become),
  );
  if (inSight !== store.me) showMe();
}

/** Scroll the strip to the present person. */
export function showMe() {
  inSight = store.me;
  byId("cast").querySelector('[aria-checked="true"]')?.scrollIntoView({ inline: "nearest", block: "nearest" });
}

/** "You are Eve · other company", for those who look at the conversation and not at the strip. */
export function whoText() {
  const [first] = me().name.split(" ");
  const [role] = me().title.split(",");
  return `You are ${first}${role ? ` · ${role[0].toLowerCase()}${role.slice(1)}` : ""}`;
}

function castButton(one, become) {
  const count = one.id === store.me ? 0 : (waiting.get(one.id) ?? 0);
  const props = {
    type: "button",
    class: "cast-person",
    role: "radio",
    "aria-checked": String(one.id === store.me),
    tabindex: one.id === store.me ? "0" : "-1",
    dataset: { focus: `cast-${one.id}`, person: one.id },
    "aria-label": `${one.name}, ${one.title}${count ? `, ${count} unread` : ""}`,
    title: `${one.name} · ${one.title} · ${one.tz}`,
    onclick: () => become(one.id),
    onkeydown: castKeys,
  };
  return h(
    "button",
    props,
    avatar(one.id),
    h("span", { class: "cast-text" }, h("b", null, one.name.split(" ")[0]), h("small", null, one.title.split(",")[0])),
    count ? h("i", { class: "dot" }) : null,
  );
}

function castKeys(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = [...byId("cast").children];
  const next = all[(all.indexOf(event.currentTarget) + by + all.length) % all.length];
  const { person } = next.dataset;
  next.click();
  byId("cast").querySelector(`[data-person="${person}"]`)?.focus();
}

/** Look, now and then, what waits for the rest of the cast. */
export async function countWaiting() {
  const others = store.workspace.people.filter((one) => one.in_cast && one.id !== store.me);
  await Promise.all(
    others.map(async (one) => {
      const sees = await getSees(one.id);
      waiting.set(
        one.id,
        (sees.channels ?? []).reduce((sum, place) => sum + unreadCount(one.id, place), 0),
      );
    }),
  );
}

/** The search for everybody who is not in the cast. */
export function openCrowd(anchor, become) {
  const rest = store.workspace.people.filter((one) => !one.in_cast);
  const find = async (words) => {
    const wanted = words.toLowerCase();
    const found = rest.filter((one) => `${one.name} ${one.handle} ${one.title}`.toLowerCase().includes(wanted));
    return {
      choices: found.map((one) => ({
        id: one.id,
        label: one.name,
        detail: [`@${one.handle}`, one.title, one.deleted ? "deactivated" : ""].filter(Boolean).join(" · "),
        state: one.id,
      })),
    };
  };
  const host = h("div", { class: "crowd" });
  const field = combobox({
    find,
    chosen: [],
    placeholder: "Be somebody else…",
    label: "Be somebody else",
    focus: "crowd",
    changed: ([one]) => one && (host.remove(), become(one.id)),
  });
  host.append(field);
  anchor.after(host);
  const input = field.querySelector("input");
  const away = () => setTimeout(() => !host.contains(document.activeElement) && host.remove(), 200);
  input.addEventListener("blur", away);
  input.addEventListener("keydown", (event) => event.key === "Escape" && (host.remove(), anchor.focus()));
  input.focus();
  input.click();
}

/** Draw the channels, the app's home and the direct messages with it. */
export function drawPlaces(go) {
  const places = store.sees.channels;
  const row = (id, name, mark, unread = 0, note = "") => ({ id, name, mark, unread, note });
  const ofChannel = (one) =>
    row(
      one.id,
      one.name,
      one.is_ext_shared ? "shared" : "hash",
      one.id === store.place ? 0 : unreadCount(store.me, one),
      one.is_ext_shared ? "shared with another company" : "",
    );
  const ofDm = (one) => row(one.id, "Messages", "chat", one.id === store.place ? 0 : unreadCount(store.me, one));
  const channels = places.filter((one) => !one.is_im).map(ofChannel);
  const direct = places.filter((one) => one.is_im).map(ofDm);
  const app = me()?.is_stranger
    ? []
    : [row("home", "Home", "home"), ...(direct.length ? direct : [row("dm", "Messages", "chat")])];
  byId("app-heading").hidden = !app.length;
  fillList(byId("channels"), channels, go);
  fillList(byId("app-places"), app, go);
  const total = [...channels, ...app].reduce((sum, one) => sum + one.unread, 0);
  document.title = `${total ? `(${total}) ` : ""}${me()?.name ?? ""} · ${APP_NAME} sandbox`;
}

function fillList(root, rows, go) {
  const signature = (one) => JSON.stringify([one, store.place === one.id, store.me]);
  reconcile(
    root,
    rows,
    (one) => one.id,
    signature,
    (one) => {
      const here = store.place === one.id;
      const props = {
        type: "button",
        class: `place ${one.unread ? "unread" : ""}`,
        "aria-current": here ? "page" : null,
        dataset: { focus: `place-${one.id}`, place: one.id },
        title: one.note || null,
        onclick: () => go(one.id),
      };
      const badge = one.unread
        ? h("span", { class: "badge" }, String(one.unread), h("span", { class: "hidden" }, " unread"))
        : null;
      return h(
        "li",
        null,
        h(
          "button",
          props,
          icon(one.mark),
          h("span", null, one.name),
          one.note ? h("span", { class: "tag" }, "shared") : null,
          badge,
        ),
      );
    },
  );
}

/** Say who is connected and how. */
export function drawConnection(streaming) {
  const { connections, delivery } = store.workspace;
  const http = delivery === "http";
  const good = streaming && (http || connections > 0);
  const words = !streaming
    ? "Sandbox not answering"
    : http
      ? "App over HTTP"
      : connections
        ? `App connected${connections > 1 ? ` × ${connections}` : ""}`
        : "No app connected";
  const node = byId("connection");
  node.className = `connection ${good ? "good" : "bad"}`;
  if (node.textContent !== words) put(node, h("i"), words);
}
