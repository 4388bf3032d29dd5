/** Writing a campaign: blocks, merge fields, and the mail beside it while it is written. */
import "./styles/campaigns.css";
import { icon, make, select } from "./segments/dom";

interface Block {
  type: string;
  [key: string]: unknown;
}
type Words = Record<string, string>;
type Pairs = [string, string][];
/** A database whose records a mail may go through; ``choices`` are of the fields that have some. */
interface Database {
  key: string;
  name: string;
  fields: Pairs;
  choices: { key: string; name: string; values: Pairs }[];
}

const PAUSE = 700; // milliseconds without a change before the preview is drawn again
const SIMPLE = ["heading", "text", "image", "button", "divider", "html"];

function json<T>(id: string, otherwise: T): T {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : otherwise;
}

class Editor {
  private blocks: Block[] = [];
  private readonly words = json<Words>("campaign-words", {});
  private readonly segments = json<{ id: number; name: string }[]>("campaign-segments", []);
  private readonly databases = json<Database[]>("campaign-databases", []);
  private readonly fields = json<[string, string][]>("campaign-fields", []);

  constructor(
    private readonly place: HTMLElement,
    private readonly source: HTMLTextAreaElement,
  ) {
    try {
      const read: unknown = JSON.parse(source.value || "[]");
      this.blocks = Array.isArray(read) ? (read as Block[]) : [];
    } catch {
      return; // what cannot be read stays as text
    }
    source.closest<HTMLElement>(".campaign-json")!.hidden = true;
    this.draw();
  }

  private word(key: string): string {
    return this.words[key] ?? key;
  }

  private changed(): void {
    this.source.value = JSON.stringify(this.blocks);
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private draw(): void {
    this.place.replaceChildren(this.list(this.blocks, 0));
  }

  private list(blocks: Block[], depth: number): HTMLElement {
    const more = this.databases.length ? ["repeat"] : [];
    const types = depth < 1 ? [...SIMPLE, "columns", "members", ...more] : SIMPLE;
    const items = blocks.map((block, at) => this.item(blocks, block, at, depth));
    const adding = make("div", { class: "block-add" }, make("span", {}, this.word("add")));
    for (const type of types) {
      const add = (): void => {
        blocks.push(fresh(type, this.segments[0]?.id, this.databases[0]?.key));
        this.draw();
        this.changed();
      };
      adding.append(
        make("button", { type: "button", class: "btn btn-sm", click: add }, this.word(type)),
      );
    }
    return make("div", { class: "block-list" }, ...items, adding);
  }

  private item(blocks: Block[], block: Block, at: number, depth: number): HTMLElement {
    const move = (to: number): void => {
      blocks.splice(to, 0, ...blocks.splice(at, 1));
      this.draw();
      this.changed();
    };
    const drop = (): void => {
      blocks.splice(at, 1);
      this.draw();
      this.changed();
    };
    const tool = (name: string, label: string, work: () => void, off = false): HTMLElement =>
      make(
        "button",
        {
          type: "button",
          class: "btn btn-sm btn-icon",
          "aria-label": `${this.word(block.type)}: ${label}`,
          disabled: off,
          click: work,
        },
        icon(name),
      );
    const head = make(
      "div",
      { class: "block-head" },
      make("strong", {}, this.word(block.type)),
      tool("arrow-up", this.word("up"), () => move(at - 1), at === 0),
      tool("arrow-down", this.word("down"), () => move(at + 1), at === blocks.length - 1),
      tool("trash", this.word("delete"), drop),
    );
    return make("div", { class: "block-item" }, head, ...this.inside(block, depth));
  }

  private inside(block: Block, depth: number): HTMLElement[] {
    switch (block.type) {
      case "heading":
        return [this.line(block, "text", this.word("heading"))];
      case "text":
        return [this.area(block, "text", this.word("text_hint")), this.insert(block, "text")];
      case "html":
        return [this.area(block, "html", "HTML")];
      case "image":
        return ["src", "alt", "href"].map((key) => this.line(block, key, this.word(key)));
      case "button":
        return [
          this.line(block, "text", this.word("button")),
          this.line(block, "href", this.word("href")),
        ];
      case "columns":
        return [
          make(
            "div",
            { class: "block-columns" },
            ...((block.columns as Block[][]) ?? []).map((one) => this.list(one, depth + 1)),
          ),
        ];
      case "repeat":
        return this.repeat(block);
      case "members": {
        const options = this.segments.map((one): [string, string] => [String(one.id), one.name]);
        const choose = select(
          this.word("segment"),
          options,
          String(block.segment ?? ""),
          (value) => {
            block.segment = Number(value);
            this.changed();
          },
        );
        return [choose, this.list((block.blocks as Block[]) ?? (block.blocks = []), depth + 1)];
      }
    }
    return [];
  }

  /** The text once for each record of the member: which database, which of its records. */
  private repeat(block: Block): HTMLElement[] {
    const again = (): void => {
      this.draw();
      this.changed();
    };
    const known: Pairs = this.databases.map((one) => [one.key, one.name]);
    const database = this.databases.find((one) => one.key === block.database);
    const choose = select(this.word("database"), known, String(block.database ?? ""), (key) => {
      block.database = key;
      delete block.field;
      delete block.value;
      again();
    });
    const kinds: Pairs = (database?.choices ?? []).flatMap((field) =>
      field.values.map(([value, label]): [string, string] => [
        `${field.key}\n${value}`,
        `${field.name}: ${label}`,
      ]),
    );
    const chosen = block.field ? `${String(block.field)}\n${String(block.value)}` : "";
    const only = select(this.word("only"), [["", this.word("every")], ...kinds], chosen, (said) => {
      const [field, value] = said.split("\n");
      delete block.field;
      delete block.value;
      if (field && value) Object.assign(block, { field, value });
      this.changed();
    });
    const rows = (database?.fields ?? []).map(([key, label]): [string, string] => [
      `{{ row.${key} }}`,
      label,
    ]);
    return [
      choose,
      only,
      this.area(block, "text", this.word("repeat_hint")),
      this.insert(block, "text", rows),
    ];
  }

  private line(block: Block, key: string, label: string): HTMLElement {
    const box = make("input", {
      class: "form-control",
      type: "text",
      "aria-label": label,
      placeholder: label,
      value: String(block[key] ?? ""),
    });
    this.follow(box, block, key);
    return box;
  }

  private area(block: Block, key: string, label: string): HTMLElement {
    const box = make("textarea", {
      class: "form-control",
      rows: 5,
      "aria-label": label,
      placeholder: label,
      value: String(block[key] ?? ""),
      "data-area": key,
    });
    this.follow(box, block, key);
    return box;
  }

  private follow(box: HTMLInputElement | HTMLTextAreaElement, block: Block, key: string): void {
    box.addEventListener("input", (event) => {
      event.stopPropagation();
      block[key] = box.value;
      this.changed();
    });
  }

  private insert(block: Block, key: string, first: Pairs = []): HTMLElement {
    const options: Pairs = [["", this.word("insert")], ...first, ...this.fields];
    const box = select(this.word("insert"), options, "", (value) => {
      const area = box.closest(".block-item")?.querySelector<HTMLTextAreaElement>("[data-area]");
      if (!area || !value) return;
      area.setRangeText(value, area.selectionStart, area.selectionEnd, "end");
      block[key] = area.value;
      box.value = "";
      area.focus();
      this.changed();
    });
    return box;
  }
}

function fresh(type: string, segment: number | undefined, database: string | undefined): Block {
  if (type === "repeat") return { type, database: database ?? "", text: "" };
  if (type === "columns") return { type, columns: [[], []] };
  if (type === "members") return { type, segment: segment ?? 0, blocks: [] };
  if (type === "divider") return { type };
  if (type === "html") return { type, html: "" };
  if (type === "image") return { type, src: "", alt: "" };
  return type === "button" ? { type, text: "", href: "https://" } : { type, text: "" };
}

function showMode(form: HTMLFormElement): void {
  const mode = new FormData(form).get("mode");
  for (const one of form.querySelectorAll<HTMLElement>("[data-mode]"))
    one.hidden = one.dataset.mode !== mode;
}

function writing(form: HTMLFormElement): void {
  const place = document.getElementById("campaign-blocks");
  const source = form.querySelector<HTMLTextAreaElement>("textarea[name=blocks]");
  if (place && source) new Editor(place, source);
  const second = document.getElementById("campaign-blocks-b");
  const other = form.querySelector<HTMLTextAreaElement>("textarea[name=b_blocks]");
  if (second && other) new Editor(second, other);
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
    soon();
    const name = (event.target as HTMLInputElement).name;
    if (["include", "exclude", "message_class", "topic", "shared_address"].includes(name))
      count?.click();
  });
  showMode(form);
  soon();
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-width]"))
  button.addEventListener("click", () => {
    const narrow = document.getElementById("mail-preview")?.classList.toggle("mail-phone");
    button.setAttribute("aria-pressed", String(Boolean(narrow)));
  });

const form = document.getElementById("campaign-form");
if (form instanceof HTMLFormElement) writing(form);
