/** <input data-narrows="id">: of the list with that id, only items that hold the typed words stay. */
import { all, on } from "../shared/page";

const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));

export function startNarrow(): void {
  on<HTMLInputElement>("input", "[data-narrows]", (field) => {
    const list = document.getElementById(field.dataset.narrows ?? "");
    if (!list) return;
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    for (const item of all("[data-narrow]", list)) {
      const text = plain(`${item.textContent ?? ""} ${item.dataset.narrow ?? ""}`);
      item.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of all("[data-narrow-group]", list)) {
      group.hidden = !group.querySelector("[data-narrow]:not([hidden])");
    }
  });
}
