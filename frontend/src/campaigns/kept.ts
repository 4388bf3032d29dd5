/** What was written and not saved stays in this browser: a closed tab, an ended session lose nothing.
 *
 * Kept under the address of the page and whoever has signed in; offered on the next visit. It is
 * gone once it was saved, is two weeks old, or `shared/written` says so: nobody reads it after a
 * sign-out, or signed in as somebody else.
 */
import { BEGINS, signedOut } from "../shared/written";

interface Kept {
  at: number;
  values: [string, string][];
}

const PAUSE = 1000; // milliseconds after the last key
const LONGEST = 14 * 24 * 3600 * 1000;
const SAVED = "#saved="; // the page that was saved, in the address of the one that comes after
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "read", "reader", "seen_variant", "version"]);

function valuesOf(form: HTMLFormElement): [string, string][] {
  const found: [string, string][] = [];
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && !NOT_KEPT.has(name)) found.push([name, value]);
  return found;
}

function read(key: string): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null;
    return found && Array.isArray(found.values) ? found : null;
  } catch {
    return null; // not ours, or no storage here
  }
}

function write(key: string, kept: Kept): void {
  try {
    if (!signedOut()) localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // full, or forbidden: the page still warns before one leaves it
  }
}

/** What has arrived, and what is too old. Where it came from is told by the page after saving. */
export function forgetSaved(): void {
  const path = location.hash.startsWith(SAVED)
    ? decodeURIComponent(location.hash.slice(SAVED.length))
    : null;
  if (path !== null) history.replaceState(history.state, "", location.pathname + location.search);
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(BEGINS)) continue;
      const kept = read(key);
      const saved = path !== null && key.endsWith(`:${path}`);
      if (!kept || saved || Date.now() - kept.at > LONGEST) localStorage.removeItem(key);
    }
  } catch {
    // no storage here
  }
}

/** Keep what is written in ``form``; ``offer`` holds what is shown while something waits. */
export function keep(form: HTMLFormElement, again: () => void): void {
  const key = `${BEGINS}${form.dataset.keep ?? ""}:${location.pathname}`;
  const offer = document.getElementById("campaign-kept");
  const before = read(key);
  const first = JSON.stringify(valuesOf(form));
  const asked = form.querySelector(".form-error") !== null || location.search.includes("like=");
  if (offer && before && !asked && JSON.stringify(before.values) !== first) {
    const when = offer.querySelector("time");
    if (when) when.textContent = new Date(before.at).toLocaleString(document.documentElement.lang);
    offer.hidden = false;
    offer.querySelector("[data-take]")?.addEventListener("click", () => {
      put(form, before.values);
      offer.hidden = true;
      again();
    });
    offer.querySelector("[data-leave]")?.addEventListener("click", () => {
      localStorage.removeItem(key);
      offer.hidden = true;
    });
  }
  let timer = 0;
  const soon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const values = valuesOf(form);
      if (JSON.stringify(values) !== first) write(key, { at: Date.now(), values });
    }, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", (event) => {
    if ((event.submitter as HTMLButtonElement | null)?.formTarget) return; // the preview
    window.clearTimeout(timer);
    write(key, { at: Date.now(), values: valuesOf(form) });
  });
}

function put(form: HTMLFormElement, values: [string, string][]): void {
  const byName = new Map<string, string[]>();
  for (const [name, value] of values) byName.set(name, [...(byName.get(name) ?? []), value]);
  for (const one of form.elements) {
    const field = one as HTMLInputElement;
    if (!field.name || NOT_KEPT.has(field.name)) continue;
    const told = byName.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio")
      field.checked = told.includes(field.value);
    else if (told[0] !== undefined) field.value = told[0];
  }
}
