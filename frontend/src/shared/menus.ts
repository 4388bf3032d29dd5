/** <details class="menu"> closes on Escape and on a click elsewhere; <dialog> opens by data-opens. */
import { all, on } from "./page";

export function startMenus(): void {
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
