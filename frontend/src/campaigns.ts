/** Writing a campaign: blocks, merge fields, and the mail beside it while it is written. */
import "./styles/campaigns.css";
import type { Database, Known, Words } from "./campaigns/blocks";
import { startCalendar } from "./campaigns/calendar";
import { Editor } from "./campaigns/editor";
import { forgetSaved, keep } from "./campaigns/kept";
import { insertInto } from "./campaigns/text";

const PAUSE = 700; // milliseconds without a change before the preview is drawn again

function json<T>(id: string, otherwise: T): T {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : otherwise;
}

function known(form: HTMLFormElement): Known {
  return {
    words: json<Words>("campaign-words", {}),
    segments: json<{ id: number; name: string }[]>("campaign-segments", []),
    databases: json<Database[]>("campaign-databases", []),
    fields: json<[string, string][]>("campaign-fields", []),
    pictures: form.dataset.pictures ?? "",
  };
}

function showMode(form: HTMLFormElement): void {
  const mode = new FormData(form).get("mode");
  for (const one of form.querySelectorAll<HTMLElement>("[data-mode]"))
    one.hidden = one.dataset.mode !== mode;
}

/** Which variant one looks at can be chosen where there are two. */
function showVariants(form: HTMLFormElement): void {
  const choose = form.querySelector<HTMLSelectElement>("[name=seen_variant]");
  const given = new FormData(form);
  const two = ["b_subject", "b_sender_name", "b_own_body"].some((name) => given.get(name));
  if (choose) choose.hidden = !two;
}

function editors(form: HTMLFormElement, facts: Known): Editor[] {
  const made: Editor[] = [];
  for (const [id, name] of [
    ["campaign-blocks", "blocks"],
    ["campaign-blocks-b", "b_blocks"],
  ]) {
    const place = document.getElementById(id!);
    const source = form.querySelector<HTMLTextAreaElement>(`textarea[name=${name}]`);
    if (place && source) made.push(new Editor(place, source, facts));
  }
  return made;
}

/** Merge fields for the lines outside of the blocks. */
function lines(form: HTMLFormElement, facts: Known): void {
  const label = facts.words.insert ?? "";
  for (const name of ["subject", "preheader", "b_subject"]) {
    const box = form.querySelector<HTMLInputElement>(`input[name=${name}]`);
    const choose = insertInto(
      label,
      facts.fields,
      () => box,
      () => box?.dispatchEvent(new Event("input", { bubbles: true })),
    );
    box?.after(choose);
  }
}

function writing(form: HTMLFormElement): void {
  const facts = known(form);
  const made = editors(form, facts);
  lines(form, facts);
  const show = document.getElementById("campaign-preview") as HTMLButtonElement | null;
  const count = document.getElementById("campaign-count");
  let timer = 0;
  const soon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => show?.click(), PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", (event) => {
    showMode(form);
    showVariants(form);
    soon();
    const name = (event.target as HTMLInputElement).name;
    if (["include", "exclude", "message_class", "topic", "shared_address"].includes(name))
      count?.click();
  });
  keep(form, () => {
    for (const one of made) one.load();
    form.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  showMode(form);
  soon();
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-width]"))
  button.addEventListener("click", () => {
    const narrow = document.getElementById("mail-preview")?.classList.toggle("mail-phone");
    button.setAttribute("aria-pressed", String(Boolean(narrow)));
  });

const calendar = document.querySelector<HTMLElement>("table.calendar");
if (calendar) startCalendar(calendar);

const form = document.getElementById("campaign-form");
forgetSaved();
if (form instanceof HTMLFormElement) writing(form);
