/** Forms: Save is grey until something changes, leaving warns, dates echo, postal codes fill. */
import { iso, readDate, spoken } from "./dates";
import { all, on, whenever } from "./page";

export function startForms(): void {
  whenever<HTMLFormElement>("form[data-guard]", guard);
  whenever<HTMLElement>("[data-date]", dateBox);
  whenever<HTMLInputElement>("input[data-postal-url]", postalCode);
  whenever<HTMLElement>(".errors-summary", (summary) => {
    summary.focus();
  });
  on<HTMLInputElement>("input", "[aria-invalid]", corrected);
  document.addEventListener("submit", once);
  on<HTMLInputElement>("change", "[data-shows]", (field) => shows(field));
}

const AGAIN = 5000; // milliseconds after which a form may be sent once more

/** A double click sends a form once: two drafts, two test mails would be one too many. */
function once(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  const method = button?.getAttribute("formmethod") ?? form.method;
  if (event.defaultPrevented || method.toLowerCase() !== "post") return;
  if (button?.formTarget || form.target) return; // into a frame or another tab: as often as one likes
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  button?.setAttribute("aria-busy", "true");
  const free = (): void => {
    delete form.dataset.sent;
    button?.removeAttribute("aria-busy");
  };
  window.setTimeout(free, AGAIN);
  window.addEventListener("pageshow", free, { once: true }); // back from where it led
}

function written(form: HTMLFormElement): string {
  const values: string[] = [];
  for (const [name, value] of new FormData(form)) {
    if (name === "csrfmiddlewaretoken") continue;
    values.push(`${name}=${value instanceof File ? `${value.name}:${value.size}` : value}`);
  }
  return values.join("\n");
}

/** <form data-guard [data-dirty] > with .dirty-note and submit buttons marked data-save. */
function guard(form: HTMLFormElement): void {
  const first = form.hasAttribute("data-dirty") ? null : written(form);
  const saves = all<HTMLButtonElement>("[data-save]", form);
  let dirty = false;
  let leaving = false;
  // A new form may be saved as it is, but nobody loses anything by leaving it untouched.
  let touched = first !== null || form.querySelector(".form-error") !== null;
  const look = (): void => {
    dirty = first === null || written(form) !== first;
    for (const save of saves) save.disabled = !dirty;
    for (const note of all<HTMLElement>(".dirty-note", form)) note.hidden = !dirty;
  };
  const warn = (event: BeforeUnloadEvent): void => {
    if (dirty && touched && !leaving && form.isConnected) event.preventDefault();
  };
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      touched = true;
      look();
    });
  }
  form.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    if (!button?.formTarget) leaving = true; // a preview in a frame is no leaving
  });
  form.addEventListener("reset", () => window.setTimeout(look));
  form.addEventListener("htmx:afterRequest", () => {
    leaving = false;
  });
  window.addEventListener("beforeunload", warn);
  window.addEventListener("pageshow", look);
  look();
}

/** What is being corrected is no longer shown as wrong; the server judges again. */
function corrected(input: HTMLInputElement): void {
  input.removeAttribute("aria-invalid");
  input.closest(".field")?.querySelector(".form-error")?.remove();
}

function dateBox(box: HTMLElement): void {
  const text = box.querySelector<HTMLInputElement>("input[type=text]");
  const native = box.querySelector<HTMLInputElement>(".date-box-native");
  const echo = box.parentElement?.querySelector<HTMLElement>("[data-date-echo]");
  if (!text) return;
  const look = (): void => {
    const date = readDate(text.value);
    if (!echo) return;
    const unclear = text.value.trim() !== "" && date === null;
    echo.toggleAttribute("data-wrong", unclear);
    echo.textContent = date ? spoken(date) : unclear ? (echo.dataset.dateEcho ?? "") : "";
  };
  text.addEventListener("change", look);
  text.addEventListener("input", () => {
    if (readDate(text.value)) look();
  });
  box.querySelector("button")?.addEventListener("click", () => {
    const date = readDate(text.value);
    if (!native) return;
    native.value = date ? iso(date) : "";
    native.showPicker();
  });
  native?.addEventListener("change", () => {
    if (!native.value) return;
    text.value = native.value.replaceAll("-", "/");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    look();
  });
}

interface Place {
  prefecture: string;
  city: string;
  town: string;
}

/** The URL answers ?code=1234567 with {"places": [{prefecture, city, town}]}. */
function postalCode(field: HTMLInputElement): void {
  const scope = field.form ?? document;
  const target = (part: string): HTMLInputElement | HTMLSelectElement | null =>
    scope.querySelector(`#${CSS.escape(field.dataset[part] ?? "?")}`);
  const fill = (place: Place): void => {
    for (const part of ["prefecture", "city", "town"] as const) {
      const input = target(part);
      if (!input) continue;
      if (part === "town" && input.value.startsWith(place.town)) continue;
      input.value = place[part];
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  const choices = document.createElement("div");
  choices.className = "place-choices";
  choices.setAttribute("role", "group");
  (field.closest(".field") ?? field).append(choices);
  let asked = field.value;
  field.addEventListener("input", () => {
    const code = field.value.normalize("NFKC").replace(/\D/g, "");
    if (code.length !== 7 || code === asked) return;
    asked = code;
    const url = new URL(field.dataset.postalUrl ?? "", location.href);
    url.searchParams.set("code", code);
    void fetch(url, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : { places: [] }))
      .then((answer: { places?: Place[] } | Place[]) => {
        const places = Array.isArray(answer) ? answer : (answer.places ?? []);
        choices.replaceChildren();
        if (places.length === 1 && places[0]) fill(places[0]);
        if (places.length < 2) return;
        for (const place of places) {
          const button = document.createElement("button");
          button.type = "button";
          button.className = "btn btn-sm";
          button.textContent = `${place.prefecture}${place.city}${place.town}`;
          button.addEventListener("click", () => {
            fill(place);
            choices.replaceChildren();
          });
          choices.append(button);
        }
      })
      .catch(() => undefined); // the address can still be typed
  });
}

/** <input type=checkbox data-shows="id">: the part with that id is there only while it is ticked. */
function shows(field: HTMLInputElement): void {
  const part = document.getElementById(field.dataset.shows ?? "");
  if (part) part.hidden = !field.checked;
}
