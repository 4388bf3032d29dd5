/** What helps to write: merge fields, bold, links. */
import { icon, make, select } from "../segments/dom";

export type Box = HTMLInputElement | HTMLTextAreaElement;

const touched = new WeakSet<EventTarget>(); // boxes in which the cursor has been
document.addEventListener("focusin", (event) => event.target && touched.add(event.target));

/** The box of the block in which ``within`` stands. */
export function areaOf(within: Element): Box | null {
  return within.closest(".block-item")?.querySelector<Box>("[data-area]") ?? null;
}

/** A list of merge fields; the chosen one is written where the cursor stands in the box. */
export function insertInto(
  label: string,
  fields: [string, string][],
  boxOf: (choose: HTMLSelectElement) => Box | null,
  then: (box: Box) => void,
): HTMLSelectElement {
  const choose = select(label, [["", label], ...fields], "", (value) => {
    const box = boxOf(choose);
    choose.value = "";
    if (!box || !value) return;
    const end = box.value.length;
    const [from, to] = touched.has(box) ? [box.selectionStart, box.selectionEnd] : [end, end];
    box.setRangeText(value, from ?? end, to ?? end, "end");
    box.focus();
    then(box);
  });
  choose.classList.add("block-insert");
  return choose;
}

/** Buttons that write **bold** and [links](https://…), which one would have to know otherwise. */
export function marks(words: Record<string, string>, then: (box: Box) => void): HTMLElement[] {
  const mark = (key: string, sign: string, before: string, after: string): HTMLElement => {
    const write = (): void => {
      const box = areaOf(button);
      if (!box) return;
      const end = box.value.length;
      const from = touched.has(box) ? (box.selectionStart ?? end) : end;
      const to = touched.has(box) ? (box.selectionEnd ?? end) : end;
      const said = box.value.slice(from, to) || (words[`${key}_words`] ?? "");
      box.setRangeText(`${before}${said}${after}`, from, to, "end");
      box.focus();
      const hole = from + before.length;
      if (key === "link") {
        const address = hole + said.length + 2; // behind "]("
        box.setSelectionRange(address, address + after.length - 3);
      } else box.setSelectionRange(hole, hole + said.length);
      then(box);
    };
    const button = make(
      "button",
      { type: "button", class: "btn btn-sm", click: write },
      icon(sign),
      words[key] ?? key,
    );
    return button;
  };
  return [mark("bold", "bold", "**", "**"), mark("link", "link", "[", "](https://)")];
}
