/** The inputs that fit a type and an operator. Each writes into the JSON at once. */
import { make, normal, select } from "./dom";
import type { Choice, Field, Json, Words } from "./model";

const BARE = new Set(["empty", "not_empty"]);
const LISTS = new Set(["in", "not_in", "has_any", "has_all", "has_none"]);
const NUMBERS = new Set(["number", "age"]);
const MANY = 10;

export type Changed = () => void;

/** Whether a comparison can be asked. */
export function isComplete(json: Json): boolean {
  const op = json.op;
  if (typeof op !== "string") return Object.keys(json).length > 1; // written in the short form
  if (BARE.has(op)) return true;
  return isFilled(json.value);
}

function isFilled(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return false;
  if (Array.isArray(value)) return value.length > 0 && value.every(isFilled);
  if (typeof value === "object") return windowFilled(value as Json);
  return true;
}

function windowFilled(value: Json): boolean {
  if ("op" in value) return isFilled(value.value);
  if ("from" in value || "to" in value) return isFilled(value.from) || isFilled(value.to);
  return Object.values(value).every(isFilled);
}

/** The value with which a comparison begins. */
export function begun(field: Field, op: string): unknown {
  if (BARE.has(op)) return undefined;
  if (LISTS.has(op)) return [];
  if (op === "between") return ["", ""];
  if (op === "within") return { last: 30, unit: "day" };
  if (op === "anniversary") return { this: "month" };
  if (op === "days_since") return { op: "gte", value: "" };
  if (field.type === "boolean") return true;
  return "";
}

/** What the builder offers instead: one of a list that holds a single value. */
export function tidied(field: Field, json: Json): void {
  const single: Record<string, string> = { eq: "in", ne: "not_in" };
  const instead = single[String(json.op)];
  if (instead && (field.type === "choice" || field.type === "link")) {
    json.op = instead;
    json.value = [json.value];
  }
}

export function valueInputs(field: Field, json: Json, words: Words, changed: Changed): HTMLElement[] {
  const op = String(json.op ?? "");
  if (BARE.has(op)) return [];
  const set = (value: unknown): void => {
    json.value = value;
    changed();
  };
  if (op === "within" || op === "anniversary") {
    return windowInputs(json.value as Json, words, set, field.type !== "date");
  }
  if (op === "days_since") return comparedInputs(json, words, changed);
  if (LISTS.has(op)) {
    const values = Array.isArray(json.value) ? json.value : [json.value];
    if (field.choices?.length) return [choiceBox(field, values, words, set)];
    return [wordsInput(values, words, set)];
  }
  if (op === "between") {
    const pair = Array.isArray(json.value) ? [...json.value] : ["", ""];
    const one = (at: 0 | 1, label: string): HTMLElement =>
      single(field, pair[at], label, (value) => {
        pair[at] = value;
        set([...pair]);
      });
    const from = one(0, String(words.lowest));
    const to = one(1, String(words.highest));
    return [from, make("span", { class: "rule-dash" }, "〜"), to];
  }
  if (field.type === "boolean") {
    const yes: [string, string][] = [
      ["true", String(words.yes)],
      ["false", String(words.no)],
    ];
    return [select(String(words.value), yes, String(json.value), (v) => set(v === "true"))];
  }
  return [single(field, json.value, String(words.value), set)];
}

function single(
  field: Field,
  value: unknown,
  label: string,
  set: (value: unknown) => void,
): HTMLInputElement {
  const numeric = NUMBERS.has(field.type);
  const kind =
    field.type === "date" || field.type === "datetime"
      ? "date"
      : field.type === "time"
        ? "time"
        : "text";
  const input = make("input", {
    class: `form-control ${numeric ? "rule-number" : kind === "text" ? "rule-text" : "rule-date"}`,
    type: kind,
    "aria-label": label,
    inputmode: numeric ? "decimal" : null,
    autocomplete: "off",
    value: value === null || value === undefined ? "" : String(value),
    input: () => set(numeric ? numbered(input.value) : input.value),
  });
  return input;
}

/** A plain number becomes one; anything else stays as written, and the server reads or refuses it. */
function numbered(text: string): unknown {
  const plain = text.normalize("NFKC").replaceAll(",", "").trim();
  return /^-?\d{1,15}(\.\d+)?$/.test(plain) ? Number(plain) : text.trim();
}

function wordsInput(
  values: unknown[],
  words: Words,
  set: (value: unknown) => void,
): HTMLInputElement {
  const input = make("input", {
    class: "form-control rule-text",
    "aria-label": String(words.values),
    placeholder: String(words.values),
    autocomplete: "off",
    value: values.filter(isFilled).join("、"),
    input: () =>
      set(
        input.value
          .split(/[,、，\n]/)
          .map((word) => word.trim())
          .filter(Boolean),
      ),
  });
  return input;
}

/** Check boxes: side by side where there are few, else in a box that opens, with a search. */
function choiceBox(
  field: Field,
  values: unknown[],
  words: Words,
  set: (value: unknown) => void,
): HTMLElement {
  const choices = field.choices ?? [];
  const ticked = new Set(
    choices
      .filter((c) => values.some((v) => String(v) === String(c.value) || v === c.label))
      .map((c) => c.value),
  );
  const strange = values.filter(
    (v) => isFilled(v) && !choices.some((c) => String(v) === String(c.value) || v === c.label),
  );
  const known: Choice[] = [
    ...choices,
    ...strange.map((v) => ({ value: v as string, label: String(v) })),
  ];
  for (const one of strange) ticked.add(one as string);
  const summary = make("summary", { class: "form-select rule-chosen" });
  const tell = (): void => {
    const labels = known.filter((c) => ticked.has(c.value)).map((c) => c.label);
    summary.textContent = labels.join("、") || String(words.value);
    summary.classList.toggle("rule-unchosen", !labels.length);
  };
  const boxes = known.map((choice) => {
    const box = make("input", {
      type: "checkbox",
      checked: ticked.has(choice.value),
      change: () => {
        if (box.checked) ticked.add(choice.value);
        else ticked.delete(choice.value);
        tell();
        set(known.filter((c) => ticked.has(c.value)).map((c) => c.value));
      },
    });
    return make("label", { class: "choice", "data-label": normal(choice.label) }, box, choice.label);
  });
  if (known.length <= 5) return make("span", { class: "rule-choices choices" }, ...boxes);
  tell();
  const inside = make("div", { class: "rule-choice-list" }, ...boxes);
  const search =
    known.length > MANY
      ? make("input", {
          class: "form-control",
          type: "search",
          "aria-label": String(words.more_choices),
          placeholder: String(words.more_choices),
          autocomplete: "off",
          input: (event) => {
            const asked = normal((event.target as HTMLInputElement).value);
            for (const box of boxes) box.hidden = !(box.dataset.label ?? "").includes(asked);
          },
          keydown: (event) => {
            if ((event as KeyboardEvent).key === "Enter") event.preventDefault();
          },
        })
      : null;
  const details = make("details", { class: "rule-choice-box" }, summary);
  details.append(make("div", { class: "rule-choice-open" }, search, inside));
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && details.open) {
      details.open = false;
      summary.focus();
      event.stopPropagation();
    }
  });
  document.addEventListener("click", (event) => {
    if (!details.contains(event.target as globalThis.Node)) details.open = false;
  });
  return details;
}

/** {"op": "gte", "value": 30}: a number and how it is compared. */
export function comparedInputs(json: Json, words: Words, changed: Changed): HTMLElement[] {
  const given = (typeof json.value === "object" && json.value ? json.value : { op: "gte" }) as Json;
  json.value = given;
  const ops = ["gte", "lte", "eq"].map((op) => [op, words.operators[op] ?? op] as [string, string]);
  const number = make("input", {
    class: "form-control rule-number",
    "aria-label": String(words.number),
    inputmode: "numeric",
    autocomplete: "off",
    value: String(given.value ?? ""),
    input: () => {
      given.value = numbered(number.value);
      changed();
    },
  });
  const how = select(String(words.operator), ops, String(given.op), (op) => {
    given.op = op;
    changed();
  });
  return [number, make("span", {}, String(words.days)), how];
}

export { numbered };

/** A window of time; with `instants` hours are offered too. */
export function windowInputs(
  value: Json | null | undefined,
  words: Words,
  set: (value: Json | undefined) => void,
  instants: boolean,
  ever = false,
): HTMLElement[] {
  const kind = windowKind(value);
  const kinds = Object.entries(words.windows).filter(([key]) => ever || key !== "ever");
  const begin: Record<string, Json | undefined> = {
    last: { last: 30, unit: "day" },
    next: { next: 30, unit: "day" },
    this: { this: "month" },
    previous: { previous: "month" },
    following: { next: "month" },
    between: { from: "", to: "" },
    ever: undefined,
  };
  const rest = make("span", { class: "rule-window" });
  const draw = (now: Json | null | undefined): void => {
    const is = windowKind(now);
    rest.replaceChildren();
    if (!now) return;
    if (is === "last" || is === "next") {
      const number = make("input", {
        class: "form-control rule-number",
        "aria-label": String(words.number),
        inputmode: "numeric",
        autocomplete: "off",
        value: String(now[is] ?? ""),
        input: () => {
          now[is] = numbered(number.value);
          set(now);
        },
      });
      const units = Object.entries(words.units).filter(([key]) => instants || key !== "hour");
      const unit = select(String(words.unit), units, String(now.unit ?? "day"), (chosen) => {
        now.unit = chosen;
        set(now);
      });
      rest.append(number, unit);
    } else if (is === "between") {
      for (const end of ["from", "to"] as const) {
        const input = make("input", {
          class: "form-control rule-date",
          type: "date",
          "aria-label": String(end === "from" ? words.lowest : words.highest),
          value: String(now[end] ?? "").slice(0, 10),
          input: () => {
            if (input.value) now[end] = input.value;
            else delete now[end];
            set(now);
          },
        });
        rest.append(input);
        if (end === "from") rest.append(make("span", { class: "rule-dash" }, "〜"));
      }
    } else {
      const name = is === "following" ? "next" : is;
      const named = Object.entries(words.periods).map(
        ([unit, said]) => [unit, said[is] ?? unit] as [string, string],
      );
      rest.append(
        select(String(words.unit), named, String(now[name] ?? "month"), (chosen) => {
          now[name] = chosen;
          set(now);
        }),
      );
    }
  };
  const chosen = select(String(words.window), kinds, kind, (next) => {
    const fresh = begin[next] ? structuredClone(begin[next]) : undefined;
    set(fresh);
    draw(fresh);
  });
  draw(value);
  return [chosen, rest];
}

function windowKind(value: Json | null | undefined): string {
  if (!value) return "ever";
  if ("from" in value || "to" in value) return "between";
  if ("last" in value) return "last";
  if ("this" in value) return "this";
  if ("previous" in value) return "previous";
  if ("next" in value) return typeof value.next === "string" && !("unit" in value) ? "following" : "next";
  return Object.keys(value).length ? "between" : "between";
}
