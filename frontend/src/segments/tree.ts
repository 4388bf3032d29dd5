/** The tree on the page: groups and conditions, added, moved by hand or by keys, taken away. */
import { icon, make, select } from "./dom";
import { startDrag } from "./drag";
import { begin, canBeAsked, itemOf, leafInputs } from "./leaf";
import {
  emptyGroup,
  emptyLeaf,
  isGroup,
  move,
  parentOf,
  type Catalogue,
  type Group,
  type Item,
  type Leaf,
  type Node,
  type Words,
} from "./model";
import { pick } from "./picker";

export class Tree {
  faults = new Map<number, string[]>();
  private focus = "";

  constructor(
    public root: Group,
    private readonly place: HTMLElement,
    private readonly said: HTMLElement,
    private readonly catalogue: Catalogue,
    private readonly words: Words,
    private readonly changed: () => void,
  ) {
    startDrag(place, (id, target, where) => this.drop(id, target, where));
    this.draw();
  }

  /** Draw everything anew; whatever had the focus gets it back. */
  draw(): void {
    const active = document.activeElement;
    if (!this.focus && active instanceof HTMLElement && this.place.contains(active)) {
      const node = active.closest<HTMLElement>("[data-node]")?.dataset.node ?? "";
      if (active.dataset.focus) this.focus = `${node} ${active.dataset.focus}`;
    }
    this.place.replaceChildren(this.group(this.root, null));
    if (this.focus) {
      const [node, name] = this.focus.split(" ");
      this.place
        .querySelector<HTMLElement>(`[data-node="${node}"] [data-focus="${name}"]`)
        ?.focus();
      this.focus = "";
    }
  }

  /** Put the faults beside what they are about, without drawing the inputs anew. */
  mark(): void {
    for (const line of this.place.querySelectorAll<HTMLElement>("[data-faults]")) {
      const found = this.faults.get(Number(line.dataset.faults)) ?? [];
      line.replaceChildren(...found.map((text) => make("p", { class: "form-error" }, text)));
    }
    for (const line of this.place.querySelectorAll<HTMLElement>("[data-unfinished]")) {
      const node = this.find(Number(line.dataset.unfinished));
      line.hidden = !node || isGroup(node) || canBeAsked(node, this.catalogue);
    }
  }

  private redraw(): void {
    this.draw();
    this.changed();
  }

  private text(word: string): string {
    return String(this.words[word]);
  }

  private find(id: number, within: Group = this.root): Node | undefined {
    if (within.id === id) return within;
    for (const node of within.nodes) {
      if (node.id === id) return node;
      if (isGroup(node)) {
        const found = this.find(id, node);
        if (found) return found;
      }
    }
    return undefined;
  }

  private group(group: Group, parent: Group | null): HTMLElement {
    const list = make("ol", { class: "rule-nodes" });
    for (const node of group.nodes) list.append(this.item(node, group));
    if (!group.nodes.length) {
      list.append(make("li", { class: "rule-empty" }, this.text(parent ? "emptyNested" : "emptyGroup")));
    }
    const box = make(
      "div",
      {
        class: parent ? "rule-group" : "rule-group rule-root",
        role: "group",
        "data-node": group.id,
        "data-group": group.id,
        "aria-label": this.text(wordOf(group)),
      },
      this.groupHead(group, parent),
      list,
      this.adders(group),
      make("div", { class: "rule-faults", "data-faults": group.id, role: "alert" }),
    );
    return box;
  }

  private groupHead(group: Group, parent: Group | null): HTMLElement {
    const options = ["all", "any", "none", "notAll"].map(
      (word) => [word, this.text(word)] as [string, string],
    );
    const chosen = select(this.text("operator"), options, wordOf(group), (word) => {
      group.word = word === "any" || word === "none" ? "any" : "all";
      group.not = word === "none" || word === "notAll";
      this.redraw();
    });
    chosen.classList.add("rule-word");
    chosen.dataset.focus = "word";
    const head = make("div", { class: "rule-head" });
    if (parent) head.append(this.grip(group));
    head.append(chosen);
    if (parent) head.append(this.menu(group, parent));
    return head;
  }

  private adders(group: Group): HTMLElement {
    const rule = make(
      "button",
      { type: "button", class: "btn btn-sm", "data-focus": "add", click: () => this.add(group, rule) },
      icon("plus"),
      this.text("addRule"),
    );
    const nested = make(
      "button",
      {
        type: "button",
        class: "btn btn-sm btn-quiet",
        click: () => {
          const made = emptyGroup(group.word === "all" && !group.not ? "any" : "all");
          group.nodes.push(made);
          this.focus = `${made.id} add`;
          this.redraw();
        },
      },
      icon("stack-2"),
      this.text("addGroup"),
    );
    return make("div", { class: "rule-adders" }, rule, nested);
  }

  private add(group: Group, button: HTMLElement): void {
    pick(button, this.catalogue, this.words, (item) => {
      const leaf = emptyLeaf();
      leaf.json = begin(item, this.catalogue);
      group.nodes.push(leaf);
      this.focus = `${leaf.id} pick`;
      this.redraw();
    });
  }

  private item(node: Node, parent: Group): HTMLElement {
    const inside = isGroup(node) ? this.group(node, parent) : this.leaf(node, parent);
    return make("li", { class: "rule-item", "data-item": node.id }, inside);
  }

  private leaf(leaf: Leaf, parent: Group): HTMLElement {
    const item = itemOf(leaf, this.catalogue);
    const name = make(
      "button",
      {
        type: "button",
        class: "btn rule-subject",
        "data-focus": "pick",
        "aria-haspopup": "listbox",
        click: () => this.choose(leaf, name),
      },
      item?.label ?? this.text(leaf.json ? "gone" : "choose"),
      icon("chevron-down"),
    );
    const line = make(
      "div",
      { class: `rule-leaf rule-leaf-${item?.kind ?? "strange"}` },
      this.grip(leaf),
      leaf.not ? this.negated(leaf) : null,
      name,
      ...(item
        ? leafInputs(
            leaf,
            item,
            this.catalogue,
            this.words,
            () => this.touched(leaf),
            () => this.redraw(),
          )
        : []),
      this.menu(leaf, parent),
    );
    return make(
      "div",
      { class: "rule-leaf-box", "data-node": leaf.id },
      line,
      make("p", { class: "rule-unfinished", "data-unfinished": leaf.id }, this.text("unfinished")),
      make("div", { class: "rule-faults", "data-faults": leaf.id, role: "alert" }),
    );
  }

  private touched(leaf: Leaf): void {
    this.faults.delete(leaf.id);
    this.mark();
    this.changed();
  }

  private choose(leaf: Leaf, button: HTMLElement): void {
    pick(button, this.catalogue, this.words, (item: Item) => {
      leaf.json = begin(item, this.catalogue);
      this.focus = `${leaf.id} pick`;
      this.redraw();
    });
  }

  private negated(leaf: Leaf): HTMLElement {
    return make(
      "button",
      {
        type: "button",
        class: "rule-not",
        title: this.text("negate"),
        click: () => {
          leaf.not = false;
          this.redraw();
        },
      },
      this.text("not"),
    );
  }

  private grip(node: Node): HTMLElement {
    return make(
      "button",
      {
        type: "button",
        class: "rule-grip",
        "data-grip": node.id,
        "data-focus": "grip",
        "aria-label": this.text("move"),
        title: this.text("move"),
        keydown: (event) => this.key(node, event as KeyboardEvent),
      },
      icon("dots-vertical"),
    );
  }

  private key(node: Node, event: KeyboardEvent): void {
    const step = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" }[event.key];
    if (step) {
      event.preventDefault();
      this.step(node, step);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(node);
    }
  }

  /** One step: up or down among its neighbours, into the group above, out of its own group. */
  private step(node: Node, step: string): void {
    const parent = parentOf(this.root, node);
    if (!parent) return;
    const at = parent.nodes.indexOf(node);
    if (step === "up" && at > 0) move(this.root, node, parent, at - 1);
    else if (step === "down" && at < parent.nodes.length - 1) move(this.root, node, parent, at + 2);
    else if (step === "in") {
      const beside = [parent.nodes[at - 1], parent.nodes[at + 1]].find(
        (one): one is Group => one !== undefined && isGroup(one),
      );
      if (!beside) return;
      const above = beside === parent.nodes[at - 1];
      move(this.root, node, beside, above ? beside.nodes.length : 0);
    } else if (step === "out") {
      const above = parentOf(this.root, parent);
      if (!above) return;
      move(this.root, node, above, above.nodes.indexOf(parent) + 1);
    } else return;
    this.moved(node);
  }

  private moved(node: Node): void {
    const group = parentOf(this.root, node);
    if (group) {
      this.said.textContent = this.text("moved")
        .replace("%(place)s", String(group.nodes.indexOf(node) + 1))
        .replace("%(all)s", String(group.nodes.length));
    }
    this.focus = `${node.id} grip`;
    this.redraw();
  }

  private drop(id: number, target: number, where: "before" | "after" | "into"): void {
    const node = this.find(id);
    const other = this.find(target);
    if (!node || !other || node === other) return;
    if (where === "into" && isGroup(other)) move(this.root, node, other, other.nodes.length);
    else {
      const group = parentOf(this.root, other);
      if (!group) return;
      move(this.root, node, group, group.nodes.indexOf(other) + (where === "after" ? 1 : 0));
    }
    this.moved(node);
  }

  private remove(node: Node): void {
    const parent = parentOf(this.root, node);
    if (!parent) return;
    const at = parent.nodes.indexOf(node);
    parent.nodes.splice(at, 1);
    const next = parent.nodes[Math.min(at, parent.nodes.length - 1)];
    this.focus = next ? `${next.id} grip` : `${parent.id} add`;
    this.redraw();
    this.said.replaceChildren(this.text("removed"));
    const undo = make(
      "button",
      {
        type: "button",
        class: "btn btn-sm",
        click: () => {
          parent.nodes.splice(at, 0, node);
          bar.remove();
          this.focus = `${node.id} grip`;
          this.redraw();
        },
      },
      icon("arrow-back-up"),
      this.text("undo"),
    );
    this.place.querySelector(".rule-undo")?.remove();
    const bar = make("p", { class: "rule-undo" }, this.text("removed"), undo);
    this.place.append(bar);
  }

  private menu(node: Node, parent: Group): HTMLElement {
    const entry = (word: string, sign: string, click: () => void, danger = false): HTMLElement =>
      make(
        "li",
        {},
        make(
          "button",
          { type: "button", class: `menu-item ${danger ? "menu-item-danger" : ""}`, click },
          icon(sign),
          this.text(word),
        ),
      );
    const list = make(
      "ul",
      { class: "menu-list" },
      isGroup(node)
        ? null
        : entry("negate", "switch-horizontal", () => {
            node.not = !node.not;
            this.redraw();
          }),
      entry("up", "arrow-up", () => this.step(node, "up")),
      entry("down", "arrow-down", () => this.step(node, "down")),
      entry("in", "arrow-right", () => this.step(node, "in")),
      parent === this.root ? null : entry("out", "arrow-left", () => this.step(node, "out")),
      entry("wrap", "stack-2", () => {
        const made = emptyGroup("any");
        parent.nodes.splice(parent.nodes.indexOf(node), 1, made);
        made.nodes.push(node);
        this.focus = `${made.id} word`;
        this.redraw();
      }),
      entry("copy", "copy", () => {
        const copy = renumbered(structuredClone(node));
        parent.nodes.splice(parent.nodes.indexOf(node) + 1, 0, copy);
        this.focus = `${copy.id} grip`;
        this.redraw();
      }),
      entry("remove", "trash", () => this.remove(node), true),
    );
    const menu = make("details", { class: "menu rule-menu" });
    menu.append(make("summary", { class: "btn-icon", "aria-label": this.text("more") }, icon("dots")));
    menu.append(list);
    return menu;
  }
}

function wordOf(group: Group): string {
  if (!group.not) return group.word;
  return group.word === "any" ? "none" : "notAll";
}

function renumbered(node: Node): Node {
  node.id = emptyLeaf().id;
  if (isGroup(node)) node.nodes.forEach(renumbered);
  return node;
}
