/**
 * <input data-kana-to="id">: while a name is typed through a Japanese input method, its reading
 * goes into the kana field with that id, unless that field was written by hand.
 */
import { whenever } from "./page";

const READING = /^[ぁ-ゖァ-ヺー]+$/;

const katakana = (text: string): string =>
  text.replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));

export function startKana(): void {
  whenever<HTMLInputElement>("input[data-kana-to]", (field) => {
    const kana = document.getElementById(field.dataset.kanaTo ?? "");
    if (!(kana instanceof HTMLInputElement)) return;
    let ours = kana.value; // what we wrote ourselves; anything else belongs to the typist
    let reading = "";
    field.addEventListener("compositionstart", () => {
      reading = "";
    });
    field.addEventListener("compositionupdate", (event) => {
      const text = (event as CompositionEvent).data;
      if (READING.test(text)) reading = text;
    });
    field.addEventListener("compositionend", () => {
      if (!reading || kana.value !== ours) return;
      ours = kana.value + katakana(reading);
      kana.value = ours;
      kana.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", () => {
      if (field.value || kana.value !== ours) return;
      ours = "";
      kana.value = ""; // the name was emptied: begin again
    });
  });
}
