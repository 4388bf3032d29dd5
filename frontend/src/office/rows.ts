/** Row height (dense or roomy) is remembered; a click on a row with data-href opens it. */
import { all, on, whenever } from "../shared/page";

const KEY = "enishi.rows";

function show(height: string): void {
  document.documentElement.dataset.rows = height;
  for (const button of all<HTMLButtonElement>("[data-row-height]")) {
    button.setAttribute("aria-pressed", String(button.dataset.rowHeight === height));
  }
}

export function startRows(): void {
  const ofView = (): HTMLElement | null => document.querySelector("[data-view-height]");
  const kept = (): string => ofView()?.dataset.viewHeight ?? localStorage.getItem(KEY) ?? "dense";
  show(kept());
  whenever("[data-row-height], [data-view-height]", () => show(kept()));
  on("click", "[data-row-height]", (button) => {
    localStorage.setItem(KEY, button.dataset.rowHeight ?? "dense");
    ofView()?.removeAttribute("data-view-height"); // the view's height yields to the hand
    show(kept());
  });
  on("click", "tr[data-href]", (row, event) => {
    const target = event.target as Element;
    if (target.closest("a, button, input, label, select") || getSelection()?.toString()) return;
    location.assign(row.dataset.href ?? "");
  });
  whenever(".rows-frame", (frame) => {
    const measure = (): void => {
      const below = document.querySelector(".pager")?.getBoundingClientRect().height ?? 0;
      const above = frame.getBoundingClientRect().top + window.scrollY + below + 24;
      frame.style.setProperty("--rows-above", `${Math.round(Math.min(above, 420))}px`);
    };
    measure();
    window.addEventListener("resize", measure);
  });
}
