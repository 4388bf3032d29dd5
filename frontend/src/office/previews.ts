/** <form data-previews="id of an img" data-preview-url>: a picture of what the form would make. */
import { whenever } from "../shared/page";

const FEW = 30; // ids that travel along; more are not needed for one page

export function startPreviews(): void {
  whenever<HTMLFormElement>("form[data-previews]", (form) => {
    const picture = document.getElementById(form.dataset.previews ?? "") as HTMLImageElement | null;
    if (!picture) return;
    let waits = 0;
    const show = (): void => {
      const values = new URLSearchParams();
      let ids = 0;
      for (const [name, value] of new FormData(form)) {
        if (name === "csrfmiddlewaretoken" || typeof value !== "string") continue;
        if (name === "ids" && ++ids > FEW) continue;
        values.append(name, value);
      }
      picture.src = `${form.dataset.previewUrl ?? ""}?${values}`;
    };
    form.addEventListener("input", () => {
      window.clearTimeout(waits);
      waits = window.setTimeout(show, 350);
    });
    picture.addEventListener("error", () => picture.setAttribute("hidden", ""));
    picture.addEventListener("load", () => picture.removeAttribute("hidden"));
    show();
  });
}
