/** Ties the page together: fetches what the present person sees, draws it, and follows the sandbox's changes. */

import { act, getSees, getState, watch } from "./api.js";
import { drawClock, readClock, setUpClock } from "./clock.js";
import { composer } from "./composer.js";
import { byId, focusFirst, h, icon, put } from "./dom.js";
import { drawHome } from "./home.js";
import { consoleUrl } from "./links.js";
import { drawMessages } from "./messages.js";
import { drawModal, onActed } from "./modal.js";
import { refreshDates } from "./mrkdwn.js";
import { closeOrphan, closePopup, told } from "./popup.js";
import { countWaiting, drawCast, drawConnection, drawPlaces, openCrowd, showMe, whoText } from "./sidebar.js";
import { APP_NAME, channel, isReadOnly, isReply, markRead, me, messagesIn, store } from "./store.js";
import { drawWire, restartWire, setUpWire } from "./wire.js";

let streaming = true;
let asked = 0;
let latest = null;
let recount = null;

const main = composer({
  place: () => ({ channel: store.place, thread: null }),
  label: () => (narrow() ? `Message ${placeTitle()}` : `Message ${placeTitle()}, or type / for commands`),
});
const reply = composer({
  place: () => ({ channel: store.place, thread: store.thread }),
  label: () => "Reply in this thread",
});

const narrow = () => matchMedia("(max-width: 759px)").matches;
const placeTitle = () => (channel(store.place)?.is_im ? APP_NAME : `#${channel(store.place)?.name ?? ""}`);

/** Draw what the present person sees now. Where a later question overtakes this one, its answer is waited for. */
async function refresh() {
  latest = look();
  let awaited;
  do {
    awaited = latest;
    await awaited;
  } while (awaited !== latest);
}

/** Ask what the present person sees and draw it; a later question makes an earlier answer void. */
async function look() {
  const turn = (asked += 1);
  const [workspace, sees] = await Promise.all([getState(), getSees(store.me)]);
  if (turn !== asked || workspace.ok === false || sees.ok === false) return;
  store.workspace = { groups: [], commands: [], shortcuts: [], ...workspace };
  store.sees = sees;
  draw();
  drawWire();
  clearTimeout(recount);
  recount = setTimeout(async () => (await countWaiting(), drawCast(become)), 400);
}

function draw() {
  if (store.place !== "home" && !channel(store.place)) store.place = defaultPlace();
  const here = channel(store.place);
  if (here && document.hasFocus()) markRead(store.me, here);
  drawCast(become);
  drawPlaces(go);
  drawConnection(streaming);
  drawHead(here);
  byId("home").hidden = Boolean(here);
  byId("conversation").hidden = !here;
  if (here) drawConversation(here);
  else drawHome();
  drawThread(here);
  drawModal();
  closeOrphan();
}

function defaultPlace() {
  const places = store.sees.channels;
  return (places.find((one) => one.name === "engineering") ?? places[0])?.id ?? "home";
}

function drawHead(here) {
  const members = store.workspace.channels.find((one) => one.id === here?.id)?.members;
  const about = !here
    ? "Home tab of the app"
    : here.is_im
      ? "Direct messages with the app"
      : [members ? `${members.length} members` : "", here.is_ext_shared ? "shared with another company" : ""]
          .filter(Boolean)
          .join(" · ");
  put(byId("place-title"), here ? (here.is_im ? APP_NAME : [icon("hash"), here.name]) : APP_NAME);
  byId("place-about").textContent = about;
  byId("who").textContent = whoText();
}

function drawConversation(here) {
  const scroller = byId("scroller");
  const fresh = scroller.dataset.place !== `${store.me}/${here.id}`;
  const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const last = byId("messages").lastElementChild?.dataset.key;
  const shown = messagesIn(here).filter((one) => !isReply(one) || (one.ephemeral && !store.thread));
  drawMessages(byId("messages"), shown, { channel: here, inThread: false, openThread, redraw: draw });
  const silent = isReadOnly(here);
  byId("no-messages").hidden = silent || shown.length > 0;
  byId("nothing-told").hidden = !silent || shown.length > 0;
  byId("main-composer").hidden = silent;
  byId("read-only").hidden = !silent;
  scroller.dataset.place = `${store.me}/${here.id}`;
  const grew = byId("messages").lastElementChild?.dataset.key !== last;
  if (fresh || (atEnd && grew) || atEnd) scroller.scrollTop = scroller.scrollHeight;
}

function drawThread(here) {
  const root = here && store.thread ? here.messages.find((one) => one.ts === store.thread) : null;
  byId("thread").hidden = !root;
  byId("app").classList.toggle("with-thread", Boolean(root));
  if (!root) return;
  byId("thread-place").textContent = placeTitle();
  byId("thread-composer").hidden = isReadOnly(here);
  const shown = messagesIn(here).filter((one) => one.ts === root.ts || one.thread_ts === root.ts);
  drawMessages(byId("thread-messages"), shown, { channel: here, inThread: true, openThread, redraw: draw });
}

/** Go to a channel or to the app's home; the conversation with the app begins when it is first opened. */
async function go(id) {
  if (id === "dm") {
    if (!told(await act("home", { user: store.me, tab: "messages" }), "Opening the conversation")) return;
    await refresh();
    id = store.sees.channels.find((one) => one.is_im)?.id ?? store.place;
  }
  closePopup();
  store.place = id;
  store.thread = null;
  byId("app").classList.remove("nav-open");
  draw();
  main.restore();
  writeAddress();
  if (id === "home") act("home", { user: store.me }).then((answer) => told(answer, "Opening the Home tab"));
  else if (!narrow() && !store.sees.modals?.length) focusFirst("#main .draft", "#scroller");
}

/** Be somebody else. */
async function become(id) {
  if (id === store.me) return;
  closePopup();
  Object.assign(store, { me: id, thread: null });
  drawCast(become);
  drawClock();
  await refresh();
  main.restore();
  writeAddress();
  if (store.place === "home") act("home", { user: store.me });
}

function openThread(ts) {
  store.thread = ts;
  draw();
  reply.restore();
  writeAddress();
  focusFirst("#thread .draft", "#thread-close");
}

function closeThread() {
  const ts = store.thread;
  store.thread = null;
  draw();
  writeAddress();
  document.querySelector(`[data-focus="replies-${ts}"], [data-focus="thread-${ts}"]`)?.focus();
}

/** The address names person, place and thread, so that a reload or a link leads back to the same sight. */
function writeAddress() {
  const parts = [store.me, store.place, store.thread].filter(Boolean);
  history.replaceState(null, "", `#/${parts.join("/")}`);
}

function readAddress() {
  const [, user, place, thread] = location.hash.split("/");
  return { user, place, thread: thread ?? null };
}

function toggleWire(open = byId("wire").hidden) {
  byId("wire").hidden = !open;
  byId("app").classList.toggle("with-wire", open);
  byId("wire-button").setAttribute("aria-expanded", String(open));
  localStorage.setItem("sandbox-wire", open ? "open" : "");
  drawWire();
}

function setUp() {
  byId("main-composer").append(main);
  byId("thread-composer").append(reply);
  put(byId("menu-button"), icon("menu"));
  put(byId("wire-button"), icon("wire"), h("span", null, "Wire"));
  put(byId("wire-close"), icon("close"));
  put(byId("thread-close"), icon("close"));
  byId("menu-button").addEventListener("click", () => byId("app").classList.toggle("nav-open"));
  byId("shade").addEventListener("click", () => byId("app").classList.remove("nav-open"));
  byId("wire-button").addEventListener("click", () => toggleWire());
  byId("wire-close").addEventListener("click", () => (toggleWire(false), byId("wire-button").focus()));
  byId("thread-close").addEventListener("click", closeThread);
  byId("thread").addEventListener("keydown", (event) => event.key === "Escape" && closeThread());
  byId("everybody").addEventListener("click", (event) => openCrowd(event.currentTarget, become));
  addEventListener("keydown", (event) => event.key === "Escape" && byId("app").classList.remove("nav-open"));
  addEventListener("focus", draw);
  addEventListener("resize", showMe);
  addEventListener("hashchange", async () => {
    const { user, place, thread } = readAddress();
    if (user && user !== store.me) await become(user);
    if (place && place !== store.place) go(place);
    if (thread) openThread(thread);
  });
  setInterval(() => refreshDates(byId("app")), 20_000);
}

async function start() {
  setUp();
  setUpWire();
  setUpClock(refresh);
  onActed(refresh);
  const wanted = readAddress();
  let workspace = await getState();
  while (!workspace.people?.length) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    workspace = await getState();
  }
  const { people } = workspace;
  store.workspace = { groups: [], commands: [], shortcuts: [], channels: [], ...workspace };
  store.me = people.find((one) => one.id === wanted.user)?.id ?? people[0]?.id ?? "";
  store.place = wanted.place ?? "";
  store.thread = wanted.thread;
  byId("console-link").href = consoleUrl();
  await readClock();
  await refresh();
  main.restore();
  reply.restore();
  writeAddress();
  if (store.place === "home") act("home", { user: store.me });
  if (localStorage.getItem("sandbox-wire") && matchMedia("(min-width: 1180px)").matches) toggleWire(true);
  watch(
    () => (refresh(), readClock()),
    (up) => {
      if (up && !streaming) restartWire();
      streaming = up;
      drawConnection(up);
    },
  );
  byId("app").dataset.ready = "true";
}

start();
