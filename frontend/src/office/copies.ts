/** <button data-copies="id of an input" data-copied="what to say then">: its value to the clipboard. */
import { on } from "../shared/page";

export function startCopies(): void {
  on<HTMLButtonElement>("click", "[data-copies]", (button) => {
    const field = document.getElementById(button.dataset.copies ?? "");
    if (!(field instanceof HTMLInputElement)) return;
    field.select();
    void navigator.clipboard
      ?.writeText(field.value)
      .then(() => {
        const label = button.querySelector("span") ?? button;
        label.textContent = button.dataset.copied ?? label.textContent;
      })
      .catch(() => undefined); // the text is selected: Ctrl-C
  });
}
