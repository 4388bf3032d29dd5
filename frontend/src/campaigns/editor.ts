/** The editor of blocks: add, move, drag, take back; merge fields, bold, links and pictures. */
import { icon, make, select } from "../segments/dom";
import { startDrag } from "../segments/drag";
import { type Block, fresh, type Known, type Pairs } from "./blocks";
import { handIn, pictureIn, pictureZone, Refused } from "./pictures";
import { areaOf, type Box, insertInto, marks } from "./text";

const SIMPLE = ["heading", "text", "image", "button", "divider", "html"];
const NESTING = ["columns", "members"];
const STEPS = 100; // that can be taken back
const TOGETHER = 1500; // milliseconds: what is typed within them is one step
const WIDE = 550; // pixels that a picture of a mail has

export class Editor {
  private blocks: Block[] = [];
  private past: string[] = [];
  private future: string[] = [];
  private now = "[]";
  private typed: { block: Block | null; at: number } = { block: null, at: 0 };
  private adding: Block | null = null; // behind it a block is being chosen
  private gone: { blocks: Block[]; at: number; name: string } | null = null;
  private focus: { block: Block | null; name: string } | null = null;
  private items: { blocks: Block[]; block: Block }[] = [];
  private lists: { blocks: Block[]; depth: number }[] = [];

  constructor(
    private readonly place: HTMLElement,
    private readonly source: HTMLTextAreaElement,
    private readonly known: Known,
  ) {
    if (!this.load()) return; // what cannot be read stays as text
    source.closest<HTMLElement>(".campaign-json")!.hidden = true;
    startDrag(place, (id, target, where) => this.dropped(id, target, where));
    place.addEventListener("keydown", (event) => this.key(event));
    place.addEventListener("paste", (event) => {
      const file = pictureIn(event.clipboardData);
      if (!file) return;
      event.preventDefault();
      this.pasted(file, event.target as Element);
    });
  }

  /** Begin anew from what stands in the form; false for what is not blocks. */
  load(): boolean {
    try {
      const read: unknown = JSON.parse(this.source.value || "[]");
      this.blocks = Array.isArray(read) ? (read as Block[]) : [];
    } catch {
      return false;
    }
    this.now = JSON.stringify(this.blocks);
    this.past = [];
    this.future = [];
    this.draw();
    return true;
  }

  private word(key: string): string {
    return this.known.words[key] ?? key;
  }

  /** Something has changed; ``block``: typed into it, so that many keys are one step. */
  private changed(block: Block | null = null): void {
    const said = JSON.stringify(this.blocks);
    if (said === this.now) return;
    const at = Date.now();
    const goesOn = block && this.typed.block === block && at - this.typed.at < TOGETHER;
    if (!goesOn) this.past = [...this.past, this.now].slice(-STEPS);
    this.typed = { block, at };
    this.future = [];
    this.now = said;
    if (block && this.gone) this.place.querySelector(".block-gone")?.remove();
    if (block) this.gone = null;
    this.tell();
  }

  private tell(): void {
    for (const [name, steps] of [
      ["undo", this.past],
      ["redo", this.future],
    ] as const) {
      const button = this.place.querySelector<HTMLButtonElement>(`[data-step=${name}]`);
      if (button) button.disabled = steps.length === 0;
    }
    this.source.value = this.now;
    this.source.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private step(from: string[], to: string[]): void {
    const said = from.pop();
    if (said === undefined) return;
    to.push(this.now);
    this.now = said;
    this.blocks = JSON.parse(said) as Block[];
    this.gone = this.adding = null;
    this.typed = { block: null, at: 0 };
    this.draw();
    this.tell();
  }

  private key(event: KeyboardEvent): void {
    const box = event.target as Element;
    if (!(event.ctrlKey || event.metaKey) || box.matches("input, textarea")) return;
    const back = event.key === "z" && !event.shiftKey;
    const again = event.key === "y" || (event.key.toLowerCase() === "z" && event.shiftKey);
    if (!back && !again) return;
    event.preventDefault();
    if (back) this.step(this.past, this.future);
    else this.step(this.future, this.past);
    this.place.querySelector<HTMLElement>(`[data-step=${back ? "undo" : "redo"}]`)?.focus();
  }

  private draw(): void {
    this.items = [];
    this.lists = [];
    const step = (name: string, sign: string, work: () => void, off: boolean): HTMLElement =>
      make(
        "button",
        { type: "button", class: "btn btn-sm", "data-step": name, disabled: off, click: work },
        icon(sign),
        this.word(name),
      );
    const steps = make(
      "div",
      { class: "block-steps" },
      step("undo", "arrow-back-up", () => this.step(this.past, this.future), !this.past.length),
      step("redo", "arrow-forward-up", () => this.step(this.future, this.past), !this.future.length),
    );
    this.place.replaceChildren(this.list(this.blocks, 0), steps);
    const wanted = this.focus;
    this.focus = null;
    if (!wanted) return;
    const at = this.items.findIndex((one) => one.block === wanted.block);
    const within = at < 0 ? this.place : this.place.querySelector(`[data-item="${at}"]`);
    const find = (name: string): HTMLElement | null =>
      within?.querySelector<HTMLElement>(name) ?? null;
    const box = find("[data-area]") ?? find("input:not([type=file]), textarea, select");
    (wanted.name ? find(wanted.name) : box)?.focus();
  }

  private list(blocks: Block[], depth: number): HTMLElement {
    const id = this.lists.push({ blocks, depth }) - 1;
    const inside: HTMLElement[] = [];
    blocks.forEach((block, at) => {
      if (this.gone?.blocks === blocks && this.gone.at === at) inside.push(this.placeholder());
      inside.push(this.item(blocks, block, at, depth));
      if (this.adding === block) inside.push(this.chooser(blocks, at + 1, depth));
    });
    if (this.gone?.blocks === blocks && this.gone.at >= blocks.length)
      inside.push(this.placeholder());
    inside.push(this.chooser(blocks, blocks.length, depth));
    return make("div", { class: "block-list", "data-group": id }, ...inside);
  }

  /** What may be put at a place of a list. */
  private chooser(blocks: Block[], at: number, depth: number): HTMLElement {
    const more = this.known.databases.length ? ["repeat"] : [];
    const types = depth < 1 ? [...SIMPLE, ...NESTING, ...more] : SIMPLE;
    const adding = make("div", { class: "block-add" }, make("span", {}, this.word("add")));
    for (const type of types) {
      const add = (): void => {
        const { segments, databases } = this.known;
        const made = fresh(type, segments[0]?.id, databases[0]?.key);
        this.put(blocks, at, made);
      };
      adding.append(
        make("button", { type: "button", class: "btn btn-sm", click: add }, this.word(type)),
      );
    }
    return adding;
  }

  private put(blocks: Block[], at: number, block: Block): void {
    blocks.splice(at, 0, block);
    this.adding = this.gone = null;
    this.focus = { block, name: block.type === "image" ? "[data-file]" : "" };
    this.again();
  }

  private again(): void {
    this.draw();
    this.changed();
  }

  private placeholder(): HTMLElement {
    const back = (): void => this.step(this.past, this.future);
    return make(
      "div",
      { class: "block-gone", role: "status" },
      (this.word("gone") || "").replace("%s", this.gone?.name ?? ""),
      make("button", { type: "button", class: "btn btn-sm", click: back }, this.word("undo")),
    );
  }

  private item(blocks: Block[], block: Block, at: number, depth: number): HTMLElement {
    const id = this.items.push({ blocks, block }) - 1;
    const name = this.word(block.type);
    const move = (to: number, tool: string): void => {
      blocks.splice(to, 0, ...blocks.splice(at, 1));
      this.gone = this.adding = null;
      const other = tool === "up" ? "down" : "up";
      const ended = to === 0 || to === blocks.length - 1;
      this.focus = { block, name: `[data-tool=${ended ? other : tool}]` };
      this.again();
    };
    const drop = (): void => {
      blocks.splice(at, 1);
      this.adding = null;
      this.gone = { blocks, at, name };
      this.focus = { block: null, name: ".block-gone button" };
      this.again();
    };
    const open = (): void => {
      this.adding = this.adding === block ? null : block;
      this.focus = { block, name: "[data-tool=add]" };
      this.draw();
    };
    const tool = (key: string, sign: string, work: () => void, off = false): HTMLElement =>
      make(
        "button",
        {
          type: "button",
          class: "btn btn-sm btn-icon",
          "aria-label": `${name}: ${this.word(key)}`,
          title: this.word(key),
          "data-tool": key,
          disabled: off,
          click: work,
        },
        icon(sign),
      );
    const head = make(
      "div",
      { class: "block-head" },
      make(
        "span",
        { class: "block-grip", "data-grip": id, title: this.word("drag"), "aria-hidden": "true" },
        icon("grip-vertical"),
      ),
      make("strong", {}, name),
      tool("below", "plus", open),
      tool("up", "arrow-up", () => move(at - 1, "up"), at === 0),
      tool("down", "arrow-down", () => move(at + 1, "down"), at === blocks.length - 1),
      tool("delete", "trash", drop),
    );
    return make("div", { class: "block-item", "data-item": id }, head, ...this.inside(block, depth));
  }

  /** Dragged before or behind another block, or to the end of a list. */
  private dropped(id: number, target: number, where: "before" | "after" | "into"): void {
    const from = this.items[id];
    const other = where === "into" ? null : this.items[target];
    const list = this.lists.find((one) => one.blocks === (other?.blocks ?? null));
    const into = where === "into" ? this.lists[target] : list;
    if (!from || !into) return;
    const deep = [...NESTING, "repeat"].includes(from.block.type);
    if (into.depth > 0 && deep) return; // what holds others stands outside
    from.blocks.splice(from.blocks.indexOf(from.block), 1);
    const at = other ? into.blocks.indexOf(other.block) + (where === "after" ? 1 : 0) : -1;
    into.blocks.splice(at < 0 ? into.blocks.length : at, 0, from.block);
    this.gone = this.adding = null;
    this.again();
  }

  private inside(block: Block, depth: number): HTMLElement[] {
    switch (block.type) {
      case "heading":
        return [this.line(block, "text", this.word("heading")), this.insert(block, "text")];
      case "text":
        return [this.marks(block), this.area(block, "text", this.word("text_hint"))];
      case "html":
        return [this.area(block, "html", "HTML")];
      case "image":
        return this.image(block);
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
        const options = this.known.segments.map((one): [string, string] => [
          String(one.id),
          one.name,
        ]);
        const choose = select(
          this.word("segment"),
          options,
          String(block.segment ?? ""),
          (value) => {
            block.segment = Number(value);
            this.changed();
          },
        );
        const hint = make("p", { class: "faint block-hint" }, this.word("members_hint"));
        const inner = (block.blocks as Block[]) ?? (block.blocks = []);
        return [choose, hint, this.list(inner, depth + 1)];
      }
    }
    return [];
  }

  // Pictures

  private image(block: Block): HTMLElement[] {
    const zone = pictureZone(block, this.known.words, (file, said) => void this.take(block, file, said));
    return [zone, ...["src", "alt", "href"].map((key) => this.line(block, key, this.word(key)))];
  }

  private async take(block: Block, file: File, said?: HTMLElement): Promise<void> {
    const zone = said?.closest<HTMLElement>(".block-zone");
    zone?.setAttribute("aria-busy", "true");
    try {
      const made = await handIn(file, this.known.pictures);
      block.src = made.src;
      if (made.width < WIDE) block.width = made.width;
      else delete block.width;
      this.focus = { block, name: `[data-key=${block.alt ? "src" : "alt"}]` };
      this.again();
    } catch (error) {
      zone?.removeAttribute("aria-busy");
      if (!said) return;
      said.textContent =
        error instanceof Refused && error.message ? error.message : this.word("not_taken");
      said.hidden = false;
    }
  }

  /** A picture from the clipboard stands behind the block that it was pasted into. */
  private pasted(file: File, target: Element): void {
    const id = Number(target.closest<HTMLElement>("[data-item]")?.dataset.item);
    const at = this.items[id];
    if (!at) return;
    if (at.block.type === "image") {
      void this.take(at.block, file);
      return;
    }
    const made = fresh("image", 0, "");
    this.put(at.blocks, at.blocks.indexOf(at.block) + 1, made);
    const said = this.place.querySelector<HTMLElement>(
      `[data-item="${this.items.findIndex((one) => one.block === made)}"] .form-error`,
    );
    void this.take(made, file, said ?? undefined);
  }

  // Text

  /** The text once for each record of the member: which database, which of its records. */
  private repeat(block: Block): HTMLElement[] {
    const pairs: Pairs = this.known.databases.map((one) => [one.key, one.name]);
    const database = this.known.databases.find((one) => one.key === block.database);
    const choose = select(this.word("database"), pairs, String(block.database ?? ""), (key) => {
      block.database = key;
      delete block.field;
      delete block.value;
      this.again();
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
    return [choose, only, this.marks(block, rows), this.area(block, "text", this.word("repeat_hint"))];
  }

  private line(block: Block, key: string, label: string): HTMLElement {
    const box = make("input", {
      class: "form-control",
      type: "text",
      "aria-label": label,
      placeholder: label,
      value: String(block[key] ?? ""),
      "data-key": key,
      "data-area": key === "text" && block.type === "heading" ? key : null,
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

  private follow(box: Box, block: Block, key: string): void {
    box.addEventListener("input", (event) => {
      event.stopPropagation();
      block[key] = box.value;
      this.changed(block);
    });
  }

  private marks(block: Block, first: Pairs = []): HTMLElement {
    const written = (box: Box): void => {
      block.text = box.value;
      this.changed(block);
    };
    return make(
      "div",
      { class: "block-marks" },
      ...marks(this.known.words, written),
      this.insert(block, "text", first),
    );
  }

  private insert(block: Block, key: string, first: Pairs = []): HTMLElement {
    return insertInto(
      this.word("insert"),
      [...first, ...this.known.fields],
      (choose) => areaOf(choose),
      (box) => {
        block[key] = box.value;
        this.changed(block);
      },
    );
  }
}
