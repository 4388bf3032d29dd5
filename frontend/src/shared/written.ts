/** What is kept of texts that were not saved goes with whoever wrote them.
 *
 * A computer that several people use must not show it: it is thrown away on signing out, and as soon
 * as somebody else signs in. A session that just ended keeps it, for the same person to go on.
 */
import { on } from "./page";

/** Keys in the browser's storage: this, the number of the user, a colon, the address of the page. */
export const BEGINS = "enishi:written:";
const SIGNED_OUT = "enishi:signed-out"; // when somebody last did, in any tab

export function startWritten(): void {
  on("submit", "form[action*='/logout/']", () => {
    forget("");
    try {
      localStorage.setItem(SIGNED_OUT, String(Date.now()));
    } catch {
      // no storage here
    }
  });
  const user = document.body.dataset.user;
  if (user) forget(user);
}

/** Whether somebody has signed out since this page was opened: then it keeps nothing any more. */
export function signedOut(): boolean {
  return Number(localStorage.getItem(SIGNED_OUT)) > performance.timeOrigin;
}

/** Throw away what anybody but `user` wrote. */
function forget(user: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const others = user === "" || !key.startsWith(`${BEGINS}${user}:`);
      if (key.startsWith(BEGINS) && others) localStorage.removeItem(key);
    }
  } catch {
    // no storage here
  }
}
