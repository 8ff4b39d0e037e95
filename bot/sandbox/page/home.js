/** The app's Home tab, as it was published for the present person. */

import { renderBlocks } from "./blocks.js";
import { byId, h, put, swap } from "./dom.js";
import { refreshDates } from "./mrkdwn.js";
import { APP_NAME, store } from "./store.js";

/** Draw `store.sees.home`, or say that there is none yet. */
export function drawHome() {
  const root = byId("home");
  const view = store.sees.home;
  const signature = JSON.stringify([store.me, view?.blocks ?? null]);
  if (root.signature !== signature) {
    root.signature = signature;
    const place = { kind: "home", surface: `home:${store.me}`, where: { home: true }, blocks: () => view.blocks };
    const fresh = h("div", { class: "home-body" }, view ? renderBlocks(view.blocks, place) : empty());
    if (root.firstElementChild) swap(root.firstElementChild, fresh);
    else put(root, fresh);
  }
  refreshDates(root);
}

const empty = () =>
  h(
    "div",
    { class: "empty" },
    h("h3", null, `${APP_NAME} has not published a Home for you yet`),
    h("p", null, "It is told that you opened this tab and may take a moment. If nothing comes, no app is connected."),
  );
