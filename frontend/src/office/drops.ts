/** A place to drop a file on: .drop around <input type=file>; progress while htmx uploads. */
import { whenever } from "../shared/page";

export function startDrops(): void {
  whenever(".drop", (drop) => {
    const input = drop.querySelector<HTMLInputElement>("input[type=file]");
    const name = drop.querySelector<HTMLElement>("[data-drop-name]");
    const bar = drop.querySelector<HTMLProgressElement>("progress");
    if (!input) return;
    const look = (): void => {
      const file = input.files?.[0];
      if (name) name.textContent = file ? `${file.name} (${size(file.size)})` : "";
      if (file && drop.hasAttribute("data-drop-sends")) input.form?.requestSubmit();
    };
    for (const type of ["dragenter", "dragover"]) {
      drop.addEventListener(type, (event) => {
        event.preventDefault();
        drop.toggleAttribute("data-over", true);
      });
    }
    for (const type of ["dragleave", "drop"]) {
      drop.addEventListener(type, (event) => {
        event.preventDefault();
        drop.toggleAttribute("data-over", false);
      });
    }
    drop.addEventListener("drop", (event) => {
      const dropped = event.dataTransfer?.files;
      if (!dropped?.length) return;
      input.files = dropped;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("change", look);
    input.form?.addEventListener("htmx:xhr:progress", (event) => {
      const { loaded, total } = (event as CustomEvent<{ loaded: number; total: number }>).detail;
      if (!bar) return;
      bar.hidden = false;
      bar.max = total || 1;
      bar.value = loaded;
    });
  });
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
