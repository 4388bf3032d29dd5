/** <details class="menu"> closes on Escape and on a click elsewhere; <dialog> opens by data-opens. */
import { all, on } from "./page";

const EDGE = 8; // pixels

export function startMenus(): void {
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (menu instanceof HTMLDetailsElement && menu.matches(".menu[open]")) keepInside(menu);
    },
    true, // toggle does not bubble
  );
  document.addEventListener("click", (event) => {
    const inside = event.target as Node;
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
      if (!menu.contains(inside)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  on("click", "[data-opens]", (button) => {
    const dialog = document.getElementById(button.dataset.opens ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  });
  on("click", "[data-closes]", (button) => button.closest("dialog")?.close());
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement) event.target.close(); // the backdrop
  });
  on<HTMLSelectElement>("change", "[data-submits]", (field) => field.form?.requestSubmit());
  on("click", "[data-prints]", () => window.print());
}

/** A menu near an edge of a phone moves in, so that nothing of it is cut off. */
function keepInside(menu: HTMLDetailsElement): void {
  const list = menu.querySelector<HTMLElement>(".menu-list");
  if (!list) return;
  list.style.translate = "";
  const box = list.getBoundingClientRect();
  const over = box.right - (document.documentElement.clientWidth - EDGE);
  const shift = box.left < EDGE ? EDGE - box.left : over > 0 ? -Math.min(over, box.left - EDGE) : 0;
  if (shift) list.style.translate = `${shift}px`;
}
