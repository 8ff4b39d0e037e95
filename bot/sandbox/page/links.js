/** Where links lead. The real Console is not part of the sandbox; its stand-in takes its place. */

import { store } from "./store.js";

const REAL_CONSOLE = /^https:\/\/(platform\.claude\.com|console\.anthropic\.com)(?!\/docs\b)(?=[/?#]|$)/i;

/** The address of the Console's stand-in. */
export const consoleUrl = () => `${store.workspace.claude_url ?? ""}/console`;

/** The address that a link to `address` opens here. */
export const destination = (address) => (REAL_CONSOLE.test(address) ? consoleUrl() : address);

/** What a tooltip says about a link that leads elsewhere than it says, else null. */
export const linkNote = (address) =>
  REAL_CONSOLE.test(address ?? "") ? `Opens the sandbox's stand-in for the Console, not ${address}` : null;

/** Open `address` in a tab of its own. */
export const follow = (address) => open(destination(address), "_blank", "noopener");
