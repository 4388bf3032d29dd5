/** <a data-dialog href>: the small form of that page (#dialog-part) in a dialog instead of a new page. */
import { on } from "../shared/page";

export function startDialogs(): void {
  on<HTMLAnchorElement>("click", "a[data-dialog]", (link, event) => {
    const { ctrlKey, metaKey, shiftKey, button } = event as MouseEvent;
    if (ctrlKey || metaKey || shiftKey || button !== 0) return;
    event.preventDefault();
    link.closest<HTMLDetailsElement>("details.menu")?.removeAttribute("open");
    void open(link.href).catch(() => location.assign(link.href));
  });
  on("click", "[data-prints]", () => window.print());
}

async function open(url: string): Promise<void> {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = page.getElementById("dialog-part");
  if (!part) throw new Error("no #dialog-part");
  for (const form of part.querySelectorAll("form")) {
    if (!form.hasAttribute("action")) form.setAttribute("action", url);
  }
  document.querySelector("dialog.dialog-fetched")?.remove();
  const dialog = document.createElement("dialog");
  dialog.className = "dialog dialog-fetched";
  dialog.setAttribute("aria-labelledby", "dialog-heading");
  const head = document.createElement("div");
  head.className = "dialog-head";
  const heading = document.createElement("h2");
  heading.id = "dialog-heading";
  heading.textContent = part.dataset.heading ?? "";
  head.append(heading);
  const body = document.createElement("div");
  body.className = "dialog-body";
  body.append(...part.childNodes);
  dialog.append(head, body);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    const closes = (event.target as Element).closest("a[data-closes]");
    if (!closes) return;
    event.preventDefault();
    dialog.close();
  });
  askBeforeLosing(dialog);
  window.htmx.process(dialog);
  dialog.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  dialog.showModal();
  dialog
    .querySelector<HTMLElement>("input:not([type=hidden]):not(.date-box-native), select, textarea")
    ?.focus();
}

/** Esc does not throw away what was typed: the first one says so, the second one closes. */
function askBeforeLosing(dialog: HTMLDialogElement): void {
  const note = dialog.querySelector<HTMLElement>(".dialog-unsaved");
  let typed = false;
  dialog.addEventListener("input", () => (typed = true));
  dialog.addEventListener("cancel", (event) => {
    if (!note || !typed || !note.hidden) return;
    event.preventDefault();
    note.hidden = false;
  });
}
