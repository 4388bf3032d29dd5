/** Choosing what to ask about: one list of everything, with a search. */
import { icon, make, normal } from "./dom";
import type { Catalogue, Item, Words } from "./model";

const MOST = 400;

/** Other words for it, what one can choose there, and the fields of its rows. */
function further(item: Item): string[] {
  const fields = item.fields ?? [];
  return [
    ...[item, ...fields].flatMap((field) => (field.choices ?? []).map((choice) => choice.label)),
    ...fields.map((field) => field.label),
  ];
}

function named(item: Item, asked: string[]): boolean {
  const text = normal([item.also ?? "", ...further(item)].join(" "));
  return asked.every((word) => text.includes(word));
}

/** The item's note, or the choice or field in it that was looked for. */
function noted(item: Item, asked: string[]): HTMLElement | null {
  if (item.note) return make("small", {}, item.note);
  const own = normal(item.label);
  const missing = asked.filter((word) => !own.includes(word));
  const words = [...further(item), ...(item.also ?? "").split(" ")];
  const found = words.find((one) => missing.some((word) => normal(one).includes(word)));
  return found ? make("small", {}, found) : null;
}

/** Open the list below `button`; `chosen` is called with the item. */
export function pick(
  button: HTMLElement,
  catalogue: Catalogue,
  words: Words,
  chosen: (item: Item) => void,
): void {
  const list = make("ul", { class: "picker-list", role: "listbox", id: "picker-list" });
  const search = make("input", {
    class: "form-control",
    type: "search",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "picker-list",
    "aria-label": String(words.search),
    placeholder: String(words.search),
    autocomplete: "off",
  });
  const dialog = make("dialog", { class: "picker", "aria-label": String(words.choose) });
  dialog.append(search, list);
  document.body.append(dialog);

  let active = 0;
  let shown: Item[] = [];
  const mark = (): void => {
    const options = [...list.querySelectorAll<HTMLElement>("[role=option]")];
    for (const [at, option] of options.entries()) {
      const here = at === active;
      option.setAttribute("aria-selected", String(here));
      if (here) {
        search.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  };
  const take = (item: Item | undefined): void => {
    if (!item) return;
    dialog.close();
    chosen(item);
  };
  const draw = (): void => {
    const asked = normal(search.value).split(/\s+/).filter(Boolean);
    list.replaceChildren();
    shown = [];
    for (const group of catalogue.groups) {
      const items = catalogue.items.filter((item) => {
        if (item.group !== group.key) return false;
        const text = normal(`${item.label} ${item.key} ${item.note ?? ""} ${group.label}`);
        const rest = asked.filter((word) => !text.includes(word));
        return !rest.length || named(item, rest);
      });
      if (!items.length || shown.length > MOST) continue;
      list.append(
        make("li", { class: "picker-group", role: "presentation" }, icon(group.icon), group.label),
      );
      for (const item of items) {
        const at = shown.push(item) - 1;
        const option = make(
          "li",
          { class: "picker-item", role: "option", id: `picker-${at}`, click: () => take(item) },
          make("span", {}, item.label),
          noted(item, asked),
        );
        list.append(option);
      }
    }
    if (!shown.length) list.append(make("li", { class: "picker-nothing" }, String(words.nothing)));
    active = 0;
    mark();
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      active = Math.min(Math.max(active + step, 0), shown.length - 1);
      mark();
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      take(shown[active]);
    } else if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault(); // a search field would only be emptied
      dialog.close();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (button.isConnected) button.focus();
  });
  draw();
  dialog.showModal();
  const place = button.getBoundingClientRect();
  if (window.innerWidth > 640) {
    const height = Math.min(480, window.innerHeight - 32);
    dialog.style.setProperty("left", `${Math.min(place.left, window.innerWidth - 440)}px`);
    const below = place.bottom + 4 + height < window.innerHeight;
    const top = below ? place.bottom + 4 : Math.max(16, window.innerHeight - height - 16);
    dialog.style.setProperty("top", `${top}px`);
  }
  search.focus();
}
