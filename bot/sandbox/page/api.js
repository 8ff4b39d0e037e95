/** Talking to the sandbox's control API (`/_sandbox/…`). */

const BASE = "/_sandbox";

/** A busy app makes many changes; looking more often than this (ms) shows nobody more. */
const LEAST_PAUSE = 150;

async function send(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(BASE + path, options);
    return await answer.json();
  } catch (error) {
    return { ok: false, error: "sandbox_unreachable", message: `The sandbox did not answer (${error.message}).` };
  }
}

export const getState = () => send("GET", "/state");
export const getClock = () => send("GET", "/clock");
export const getSees = (user) => send("GET", `/sees?user=${encodeURIComponent(user)}`);
export const getWire = (after) => send("GET", `/wire?after=${after}`);
export const moveClock = (change) => send("POST", "/clock", change);

/**
 * Act as a person.
 * @param {"command"|"click"|"submit"|"close"|"home"|"suggest"|"shortcut"|"message"} what
 * @param {object} body see the control API
 * @returns {Promise<{ok: boolean, error?: string, message?: string}>}
 */
export const act = (what, body) => send("POST", `/act/${what}`, body);

/** Where an uploaded file's bytes are served to the page. */
export const fileUrl = (id) => `${BASE}/files/${encodeURIComponent(id)}`;

/**
 * Call `changed` after each change in the sandbox, `connected` with true or false as the stream comes and goes.
 * Changes that arrive together are told once.
 */
export function watch(changed, connected) {
  const stream = new EventSource(`${BASE}/stream`);
  let planned = false;
  let last = 0;
  const tell = () => {
    if (planned) return;
    planned = true;
    setTimeout(
      () => {
        planned = false;
        last = Date.now();
        changed();
      },
      Math.max(30, last + LEAST_PAUSE - Date.now()),
    );
  };
  stream.onopen = () => {
    connected(true);
    tell();
  };
  stream.onmessage = tell;
  stream.onerror = () => connected(false);
}
