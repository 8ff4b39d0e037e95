/** The sandbox's clock in the top bar, and the buttons that move it. */

import { getClock, moveClock } from "./api.js";
import { clockParts, clockText, now, placeName, setClock } from "./dates.js";
import { byId, h, put } from "./dom.js";
import { toast, told } from "./popup.js";
import { me, myZone } from "./store.js";

/** Wire up the buttons; `moved` is called after the clock has changed. */
export function setUpClock(moved) {
  const move = async (change, said) => {
    const answer = await moveClock(change);
    if (!told(answer, "Moving the clock")) return;
    await readClock();
    toast(`${said}: it is ${clockText(now(), myZone())} in ${placeName(myZone())}`);
    moved();
  };
  byId("plus-hour").addEventListener("click", () => move({ advance: 3600 }, "One hour later"));
  byId("tomorrow").addEventListener("click", () => move({ to: "tomorrow 09:00", tz: myZone() }, "Next day"));
  setInterval(drawClock, 1000);
}

/** Ask the server for its time. */
export async function readClock() {
  const answer = await getClock();
  if (answer.now) setClock(answer.now);
  drawClock();
}

/** Show the time where the present person lives; their tomorrow is the one that the button goes to. */
export function drawClock() {
  if (!me()) return;
  const { weekday, date, clock } = clockParts(now(), myZone());
  const part = (kind, text) => h("span", { class: `clock-${kind}` }, text);
  const text = [
    part("weekday", `${weekday} `),
    part("date", `${date}, `),
    part("time", clock),
    part("dot", " · "),
    part("place", placeName(myZone())),
  ];
  if (byId("clock").textContent === text.map((one) => one.textContent).join("")) return;
  put(byId("clock"), text);
  byId("tomorrow").title = `Go to tomorrow 09:00 in ${placeName(myZone())}`;
}
