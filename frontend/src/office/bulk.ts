/** Selecting rows: <form data-bulk>, checkboxes name=ids, [data-bulk-all], .bulk-bar, [data-bulk-count],
 * [data-bulk-two] for what can be done with two rows only. */
import { all, whenever } from "../shared/page";

export function startBulk(): void {
  whenever<HTMLFormElement>("form[data-bulk]", (form) => {
    let last: HTMLInputElement | null = null;
    const boxes = (): HTMLInputElement[] => all<HTMLInputElement>("input[name=ids]", form);
    const number = new Intl.NumberFormat(document.documentElement.lang);
    const look = (): void => {
      const rows = boxes();
      const ticked = rows.filter((box) => box.checked).length;
      const everything = form.querySelector<HTMLInputElement>("input[name=all]");
      if (everything && ticked < rows.length) everything.checked = false;
      for (const offer of all<HTMLElement>("[data-bulk-everything]", form)) {
        offer.hidden = ticked < rows.length;
      }
      const reach =
        everything?.checked && everything.dataset.total
          ? everything.dataset.total
          : number.format(ticked);
      for (const bar of all<HTMLElement>(".bulk-bar", form)) bar.hidden = ticked === 0;
      for (const count of all<HTMLElement>("[data-bulk-count]", form)) count.textContent = reach;
      for (const two of all<HTMLElement>("[data-bulk-two]", form)) {
        two.hidden = ticked !== 2 || Boolean(everything?.checked);
      }
      const head = form.querySelector<HTMLInputElement>("[data-bulk-all]");
      if (head) {
        head.checked = ticked > 0 && ticked === rows.length;
        head.indeterminate = ticked > 0 && ticked < rows.length;
      }
    };
    form.addEventListener("click", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.name !== "ids") return;
      const rows = boxes();
      if ((event as MouseEvent).shiftKey && last) {
        const [from, to] = [rows.indexOf(last), rows.indexOf(box)].sort((a, b) => a - b);
        for (const row of rows.slice(from, (to ?? 0) + 1)) row.checked = box.checked;
      }
      last = box;
    });
    form.addEventListener("change", (event) => {
      const box = event.target as HTMLInputElement;
      if (box.hasAttribute("data-bulk-all")) for (const row of boxes()) row.checked = box.checked;
      look();
    });
    form.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("[data-bulk-none]")) return;
      for (const row of boxes()) row.checked = false;
      look();
    });
    // An export begins with GET: the token that guards changes stays out of the address.
    let method = "";
    form.addEventListener("submit", (event) => {
      method = (event.submitter as HTMLButtonElement | null)?.formMethod ?? "";
    });
    form.addEventListener("formdata", ({ formData }) => {
      if (method !== "get") return;
      for (const name of ["csrfmiddlewaretoken", "tag_name"]) formData.delete(name);
    });
    form.addEventListener("htmx:afterSwap", look); // a menu came in and says how many it reaches
    window.addEventListener("pageshow", look);
    look();
  });
}
