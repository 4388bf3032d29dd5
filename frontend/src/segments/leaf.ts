/** One condition: what it asks about, how it is compared, with what. */
import { icon, make, select } from "./dom";
import {
  begun,
  isComplete,
  numbered,
  tidied,
  valueInputs,
  windowInputs,
  type Changed,
} from "./inputs";
import type { Catalogue, Field, Item, Json, Leaf, Words } from "./model";

/** The entry of the catalogue that a leaf is about; undefined where there is none (any more). */
export function itemOf(leaf: Leaf, catalogue: Catalogue): Item | undefined {
  const json = leaf.json;
  if (!json) return undefined;
  for (const kind of ["field", "did", "has", "in_segment"] as const) {
    if (!(kind in json)) continue;
    const key = String(json[kind]);
    const known = ALIASES[key] ?? key;
    return catalogue.items.find((item) => item.kind === kind && String(item.key) === known);
  }
  return undefined;
}

const ALIASES: Record<string, string> = { type: "member_type", tag: "tags" };

/** The JSON with which a condition about `item` begins. */
export function begin(item: Item, catalogue: Catalogue): Json {
  if (item.kind === "in_segment") return { in_segment: item.key };
  if (item.kind === "did") return { did: item.key, within: { last: 30, unit: "day" } };
  if (item.kind === "has") return { has: item.key };
  return compared(item, catalogue);
}

function compared(field: Field, catalogue: Catalogue, only?: string[]): Json {
  const offered = catalogue.operators[field.type] ?? ["eq"];
  const first = offered.find((one) => !only || only.includes(one)) ?? offered[0] ?? "eq";
  const op = (!only && field.begins) || first;
  const json: Json = { field: field.key, op };
  const value = begun(field, op);
  if (value !== undefined) json.value = value;
  return json;
}

/** Whether a condition can be asked; one that cannot is left out of the count. */
export function canBeAsked(leaf: Leaf, catalogue: Catalogue): boolean {
  const json = leaf.json;
  if (!json) return false;
  if ("in_segment" in json || "unknown" in json || !itemOf(leaf, catalogue)) return true;
  if ("field" in json) return isComplete(json);
  const rows = Array.isArray(json.where) ? (json.where as Json[]) : [];
  const sums = ["sum", "min", "max"].filter((word) => word in json);
  return (
    rows.every((row) => !("field" in row) || isComplete(row)) &&
    sums.every((word) => isComplete(json[word] as Json)) &&
    timesComplete(json)
  );
}

function timesComplete(json: Json): boolean {
  const times = json.times as Json | undefined;
  return !times || (times.value !== "" && times.value !== undefined);
}

/** The parts of the row behind the name of what is asked about. */
export function leafInputs(
  leaf: Leaf,
  item: Item,
  catalogue: Catalogue,
  words: Words,
  changed: Changed,
  redraw: Changed,
): HTMLElement[] {
  const json = leaf.json as Json;
  if (item.kind === "in_segment") {
    return [make("span", { class: "rule-said" }, String(words.inSegment))];
  }
  if (item.kind === "field") return comparison(item, json, catalogue, words, changed, redraw);
  return rowsInputs(item, json, catalogue, words, changed, redraw);
}

function comparison(
  field: Field,
  json: Json,
  catalogue: Catalogue,
  words: Words,
  changed: Changed,
  redraw: Changed,
): HTMLElement[] {
  if (typeof json.op !== "string") return [asWritten(json)]; // the short form of experts
  tidied(field, json);
  const offered = [...(catalogue.operators[field.type] ?? [])];
  if (!offered.includes(String(json.op))) offered.push(String(json.op));
  const operators = offered.map((op) => [op, words.operators[op] ?? op] as [string, string]);
  const how = select(String(words.operator), operators, String(json.op), (op) => {
    const before = json.value;
    json.op = op;
    const fresh = begun(field, op);
    const alike =
      Array.isArray(before) === Array.isArray(fresh) && typeof before === typeof fresh;
    const window = op === "within" || op === "anniversary" || op === "days_since";
    if (fresh === undefined) delete json.value;
    else json.value = alike && !window && op !== "between" ? before : fresh;
    redraw();
  });
  how.classList.add("rule-operator");
  how.dataset.focus = "op";
  return [how, ...valueInputs(field, json, words, changed)];
}

function asWritten(json: Json): HTMLElement {
  return make("code", { class: "rule-raw" }, JSON.stringify(json));
}

/** Activities and rows: how often, when, which ones, what they come to. */
function rowsInputs(
  item: Item,
  json: Json,
  catalogue: Catalogue,
  words: Words,
  changed: Changed,
  redraw: Changed,
): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (item.timed || "within" in json) parts.push(...when(json, words, changed, redraw));
  parts.push(...often(item, json, words, changed, redraw));
  parts.push(narrowing(item, json, catalogue, words, changed, redraw));
  return parts;
}

function when(json: Json, words: Words, changed: Changed, redraw: Changed): HTMLElement[] {
  const given = json.within as Json | undefined;
  return windowInputs(
    given,
    words,
    (value) => {
      const was = "within" in json;
      if (value === undefined) {
        delete json.within;
        delete json.which;
      } else json.within = value;
      if (was === (value === undefined)) redraw();
      else changed();
    },
    true,
    true,
  );
}

/** How often; the first or the last time can be asked for where there is a window. */
function often(
  item: Item,
  json: Json,
  words: Words,
  changed: Changed,
  redraw: Changed,
): HTMLElement[] {
  const times = json.times as Json | undefined;
  const op = String(times?.op ?? "");
  const never = op === "eq" && Number(times?.value) === 0;
  const single = json.which === "first" || json.which === "last" ? String(json.which) : "";
  const is = single || (!times ? "any" : never ? "never" : op);
  const ordered = item.kind === "did" && json.within !== undefined;
  const offered = Object.entries(words.times).filter(
    ([word]) => ordered || word === is || (word !== "first" && word !== "last"),
  );
  if (!(is in words.times)) offered.push([is, words.operators[is] ?? is]);
  const chosen = select(String(words.often), offered, is, (next) => {
    const before = times?.value;
    delete json.times;
    delete json.which;
    if (next === "never") json.times = { op: "eq", value: 0 };
    else if (next === "first" || next === "last") json.which = next;
    else if (next !== "any") json.times = { op: next, value: before || 2 };
    redraw();
  });
  chosen.dataset.focus = "times";
  if (!times || never) return [chosen];
  const number = make("input", {
    class: "form-control rule-number",
    "aria-label": String(words.number),
    inputmode: "numeric",
    autocomplete: "off",
    value: Array.isArray(times.value) ? times.value.join("–") : String(times.value ?? ""),
    input: () => {
      times.value = numbered(number.value);
      changed();
    },
  });
  return [number, chosen];
}

function narrowing(
  item: Item,
  json: Json,
  catalogue: Catalogue,
  words: Words,
  changed: Changed,
  redraw: Changed,
): HTMLElement {
  const box = make("div", { class: "rule-rows" });
  const fields = item.fields ?? [];
  if (json.where !== undefined && !Array.isArray(json.where)) {
    box.append(asWritten(json.where as Json));
    return box;
  }
  const rows = (json.where as Json[] | undefined) ?? [];
  for (const row of rows) {
    box.append(
      rowOf(row, fields, catalogue, words, changed, redraw, () => {
        rows.splice(rows.indexOf(row), 1);
        if (!rows.length) delete json.where;
      }),
    );
  }
  for (const word of ["sum", "min", "max"]) {
    const sum = json[word] as Json | undefined;
    if (sum) box.append(sumOf(word, sum, json, fields, catalogue, words, changed, redraw));
  }
  const add = make("div", { class: "rule-more" });
  if (fields.length) {
    add.append(
      plain(String(words.addWhere), "filter", () => {
        const first = fields[0] as Field;
        json.where = [...rows, compared(first, catalogue)];
        redraw();
      }),
    );
  }
  const summed = fields.find((field) => field.type === "number");
  if (summed && item.kind === "has" && !json.sum && !json.min && !json.max) {
    add.append(
      plain(String(words.addSum), "plus", () => {
        json.sum = { field: summed.key, op: "gte", value: "" };
        redraw();
      }),
    );
  }
  if (add.childElementCount) box.append(add);
  return box;
}

function plain(label: string, sign: string, click: () => void): HTMLButtonElement {
  return make("button", { type: "button", class: "btn btn-sm btn-quiet", click }, icon(sign), label);
}

function rowOf(
  row: Json,
  fields: Field[],
  catalogue: Catalogue,
  words: Words,
  changed: Changed,
  redraw: Changed,
  drop: () => void,
): HTMLElement {
  const field = fields.find((one) => one.key === row.field);
  const line = make("div", { class: "rule-row" });
  if (!field) line.append(asWritten(row));
  else {
    const names = fields.map((one) => [one.key, one.label] as [string, string]);
    const chosen = select(String(words.field), names, field.key, (key) => {
      const next = fields.find((one) => one.key === key) as Field;
      for (const name of Object.keys(row)) delete row[name];
      Object.assign(row, compared(next, catalogue));
      redraw();
    });
    line.append(chosen, ...comparison(field, row, catalogue, words, changed, redraw));
  }
  line.append(
    make(
      "button",
      {
        type: "button",
        class: "btn-icon",
        "aria-label": String(words.remove),
        click: () => {
          drop();
          redraw();
        },
      },
      icon("x"),
    ),
  );
  return line;
}

function sumOf(
  word: string,
  sum: Json,
  json: Json,
  fields: Field[],
  catalogue: Catalogue,
  words: Words,
  changed: Changed,
  redraw: Changed,
): HTMLElement {
  const numbers = fields.filter((field) => field.type === "number");
  const field = numbers.find((one) => one.key === sum.field);
  const line = make("div", { class: "rule-row" });
  line.append(
    select(String(words.sums[word]), Object.entries(words.sums), word, (next) => {
      delete json[word];
      json[next] = sum;
      redraw();
    }),
  );
  if (!field) line.append(asWritten(sum));
  else {
    const names = numbers.map((one) => [one.key, one.label] as [string, string]);
    line.append(
      select(String(words.field), names, field.key, (key) => {
        sum.field = key;
        changed();
      }),
      ...comparison(field, sum, catalogue, words, changed, redraw),
    );
  }
  line.append(
    make(
      "button",
      {
        type: "button",
        class: "btn-icon",
        "aria-label": String(words.remove),
        click: () => {
          delete json[word];
          redraw();
        },
      },
      icon("x"),
    ),
  );
  return line;
}

