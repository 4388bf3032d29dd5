/** Ctrl-K / ⌘K: find any member or page. htmx fetches; this opens it and moves through the hits. */
import { all } from "../shared/page";

export function startPalette(): void {
  const dialog = document.getElementById("palette");
  if (!(dialog instanceof HTMLDialogElement)) return;
  const field = dialog.querySelector<HTMLInputElement>("input");
  const open = (): void => {
    if (!dialog.open) dialog.showModal();
    field?.focus();
    field?.select();
  };
  const hits = (): HTMLElement[] => all("[role=option]", dialog);
  const mark = (at: number): void => {
    hits().forEach((hit, index) => {
      const chosen = index === at;
      hit.setAttribute("aria-selected", String(chosen));
      if (!chosen) return;
      hit.scrollIntoView({ block: "nearest" });
      field?.setAttribute("aria-activedescendant", hit.id);
    });
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest("[data-palette]");
    if (!opener) return;
    event.preventDefault();
    open();
  });
  field?.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the Enter that ends a kana conversion is not ours
    const found = hits();
    const at = found.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") mark(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") mark(Math.max(at - 1, 0));
    else if (event.key === "Enter") (found[at] ?? found[0])?.click();
    else if (event.key === "Escape") dialog.close(); // a search field would only empty itself
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("htmx:afterSwap", () => {
    hits().forEach((hit, index) => {
      hit.id = `hit-${index}`;
    });
    mark(0);
  });
}
