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
  more: string;
}

let lists = 0;

/**
 * What fits the words is offered below the input, by mouse or keys. Choosing one leaves its number
 * and name; the number is what counts.
 */
function linkSearch(box: HTMLElement): void {
  const input = box.querySelector("input");
  if (!input) return;
  const list = document.createElement("ul");
  list.id = `found-${String(++lists)}`;
  list.className = "link-found";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent?.trim() ?? "");
  list.hidden = true;
  box.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let waiting = 0;
  let at = -1;

  const close = (): void => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (option: HTMLElement): void => {
    input.value = option.dataset.value ?? "";
    close();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const mark = (to: number): void => {
    const options = all("[role=option]", list);
    at = options.length ? (to + options.length) % options.length : -1;
    const marked = options[at];
    if (!marked) return;
    for (const option of options) option.setAttribute("aria-selected", String(option === marked));
    input.setAttribute("aria-activedescendant", marked.id);
    marked.scrollIntoView({ block: "nearest" });
  };
  const show = (found: Found[]): void => {
    list.replaceChildren(
      ...found.map((one, n) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${String(n)}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.value = `${one.value} ${one.label}`;
        const name = document.createElement("strong");
        name.textContent = one.label;
        const more = document.createElement("small");
        more.textContent = [one.value, one.more].filter(Boolean).join(" · ");
        option.append(name, more);
        option.addEventListener("mousedown", (event) => {
          event.preventDefault(); // the input keeps the focus
          take(option);
        });
        return option;
      }),
    );
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
  };
  const ask = async (): Promise<void> => {
    const words = input.value.trim();
    if (!words) {
      close();
      return;
    }
    const url = new URL(box.dataset.linkSearch ?? "", location.href);
    url.searchParams.set("words", words);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok || words !== input.value.trim() || document.activeElement !== input) return;
    show(((await answer.json()) as { found: Found[] }).found);
  };
  input.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), 200);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark(at + 1);
    else if (event.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      const marked = all("[role=option]", list)[at];
      if (!marked) return;
      take(marked);
    } else return;
    event.preventDefault();
  });
}
