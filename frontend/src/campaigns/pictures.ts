/** Pictures: chosen, dropped or pasted, and on their way to the server. */
import { icon, make } from "../segments/dom";

export interface Picture {
  src: string;
  width: number;
  height: number;
}

/** Hand in a picture; the text of the error is the sentence to show. */
export async function handIn(file: File, url: string): Promise<Picture> {
  const given = new FormData();
  given.set("file", file);
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const answer = await fetch(url, {
    method: "POST",
    body: given,
    headers: { "X-CSRFToken": token, Accept: "application/json" },
    redirect: "error", // the session has ended: the page of the sign-in is no answer
  });
  const said = (await answer.json()) as Partial<Picture> & { detail?: string };
  if (!answer.ok || !said.src) throw new Refused(said.detail ?? "");
  return said as Picture;
}

/** The server said no, and why. */
export class Refused extends Error {}

/** The picture among what was dropped or pasted; text that comes along goes before it, as from
 * Word and Excel. */
export function pictureIn(from: DataTransfer | null): File | null {
  if (!from || from.types.includes("text/plain")) return null;
  return [...from.files].find((file) => file.type.startsWith("image/")) ?? null;
}

/** Where a block's picture is chosen or dropped; ``take`` gets the file and the place for a no. */
export function pictureZone(
  block: Record<string, unknown>,
  words: Record<string, string>,
  take: (file: File, said: HTMLElement) => void,
): HTMLElement {
  const said = make("p", { class: "form-error", role: "alert", hidden: true });
  const file = make("input", {
    class: "visually-hidden",
    type: "file",
    accept: "image/*",
    tabindex: "-1",
    "aria-hidden": "true",
    change: () => {
      if (file.files?.[0]) take(file.files[0], said);
    },
  });
  const choose = make(
    "button",
    { type: "button", class: "btn btn-sm", "data-file": true, click: () => file.click() },
    icon("photo"),
    words[block.src ? "other_picture" : "picture"] ?? "",
  );
  const ours = /\/pictures\/[\w.]+$/.exec(String(block.src ?? "")); // others the page may not load
  const seen = ours ? make("img", { class: "block-picture", src: ours[0], alt: "" }) : null;
  const hint = make("span", { class: "faint" }, words.drop_picture ?? "");
  const zone = make(
    "div",
    { class: "block-zone" },
    seen,
    make("div", {}, choose, hint, file),
    said,
  );
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.dataset.over = "";
  });
  zone.addEventListener("dragleave", () => delete zone.dataset.over);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    const dropped = event.dataTransfer?.files[0];
    if (dropped) take(dropped, said);
  });
  return zone;
}
