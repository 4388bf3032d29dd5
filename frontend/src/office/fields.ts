/** Own fields: put in order by dragging, links to members found by name. */
import { all, whenever } from "../shared/page";

export function startFields(): void {
  whenever("[data-field-desk]", desk);
  whenever("[data-link-search]", linkSearch);
}

/** Rows are dragged by their grip, within a section or into another; the order is kept at once. */
function desk(root: HTMLElement): void {
  let dragged: HTMLElement | null = null;
  let before = "";
  const order = (): string[] =>
    all<HTMLElement>("[data-field-section]", root).flatMap((section) =>
      all<HTMLElement>("[data-field]", section).map(
        (row) => `${row.dataset.field ?? ""}:${section.dataset.fieldSection ?? ""}`,
      ),
    );
  const keep = async (): Promise<void> => {
    const form = root.querySelector<HTMLFormElement>("form[data-field-order]");
    if (!form) return;
    const body = new FormData(form);
    for (const one of order()) body.append("order", one);
    const answer = await fetch(root.dataset.fieldDesk ?? "", {
      method: "POST",
      body,
      headers: { "HX-Request": "true" },
    });
    if (!answer.ok) location.reload();
  };
  const over = (y: number): void => {
    if (!dragged) return;
    for (const list of all<HTMLElement>("[data-field-list]", root)) {
      const box = list.getBoundingClientRect();
      if (y < box.top - 24 || y > box.bottom + 24) continue;
      const rows = all<HTMLElement>("[data-field]", list).filter((row) => row !== dragged);
      const next = rows.find((row) => {
        const place = row.getBoundingClientRect();
        return y < place.top + place.height / 2;
      });
      if (next) next.before(dragged);
      else list.append(dragged);
      return;
    }
  };
  root.addEventListener("pointerdown", (event) => {
    const grip = (event.target as Element).closest<HTMLElement>("[data-field-grip]");
    if (!grip || event.button !== 0) return;
    dragged = grip.closest<HTMLElement>("[data-field]");
    before = order().join();
    dragged?.classList.add("dragged");
    grip.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  root.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    over(event.clientY);
    const edge = 60;
    if (event.clientY < edge) window.scrollBy(0, -12);
    if (event.clientY > window.innerHeight - edge) window.scrollBy(0, 12);
  });
  const drop = (): void => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    dragged = null;
    if (order().join() !== before) void keep();
  };
  root.addEventListener("pointerup", drop);
  root.addEventListener("pointercancel", drop);
}

interface Found {
  value: string;
  label: string;
}

/** What fits the words is offered below the input; choosing one leaves its number. */
function linkSearch(box: HTMLElement): void {
  const input = box.querySelector("input");
  const list = box.querySelector("datalist");
  if (!input || !list) return;
  let waiting = 0;
  let asked = "";
  const ask = async (): Promise<void> => {
    const words = input.value.trim();
    if (!words || words === asked) return;
    asked = words;
    const url = new URL(box.dataset.linkSearch ?? "", location.href);
    url.searchParams.set("words", words);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok || words !== input.value.trim()) return;
    const { found } = (await answer.json()) as { found: Found[] };
    list.replaceChildren(
      ...found.map((one) => {
        const option = document.createElement("option");
        option.value = one.value;
        option.label = one.label;
        return option;
      }),
    );
  };
  input.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), 200);
  });
}
