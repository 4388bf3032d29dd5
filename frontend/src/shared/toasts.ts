/** Short messages: they leave by themselves unless they offer an undo. */
import { on, whenever } from "./page";

const SHOWN_FOR = 7000;

export function startToasts(): void {
  whenever(".toast-note", (note) => {
    if (note.querySelector("form")) return;
    let left = window.setTimeout(() => note.remove(), SHOWN_FOR);
    note.addEventListener("mouseenter", () => window.clearTimeout(left));
    note.addEventListener("mouseleave", () => {
      left = window.setTimeout(() => note.remove(), SHOWN_FOR);
    });
  });
  on("click", "[data-toast-close]", (button) => button.closest(".toast-note")?.remove());
  // A server says something from an htmx answer: HX-Trigger: {"toast": "保存しました。"}
  document.addEventListener("toast", (event) => {
    const said = (event as CustomEvent<{ value?: string } | string>).detail;
    say(typeof said === "string" ? said : (said.value ?? ""));
  });
}

export function say(sentence: string): void {
  const area = document.getElementById("toasts");
  if (!area || !sentence) return;
  const note = document.createElement("div");
  note.className = "toast-note";
  const text = document.createElement("span");
  text.textContent = sentence;
  note.append(text);
  area.append(note);
  window.setTimeout(() => note.remove(), SHOWN_FOR);
}
