/** One-letter keys: [data-key="j"] is pressed by j, unless somebody is typing. */
import { all } from "../shared/page";

const TYPING = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable], dialog";

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if ((event.target as Element | null)?.closest?.(TYPING)) return;
    const meant = all(`[data-key]`).find((element) => element.dataset.key === event.key);
    if (!meant) return;
    event.preventDefault();
    meant.click();
  });
}
