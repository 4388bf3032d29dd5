/** A rule as the builder holds it. The JSON tree is the one truth; nodes only give it handles. */

export type Json = Record<string, unknown>;

export interface Leaf {
  id: number;
  not: boolean;
  json: Json | null; // null: nothing chosen yet
}

export interface Group {
  id: number;
  not: boolean;
  word: "all" | "any";
  nodes: Node[];
}

export type Node = Leaf | Group;

export interface Choice {
  value: string | number;
  label: string;
}

export interface Field {
  key: string;
  label: string;
  type: string;
  open?: boolean;
  begins?: string; // the comparison that it begins with
  choices?: Choice[];
}

export interface Item extends Field {
  kind: "field" | "did" | "has" | "in_segment";
  group: string;
  key: string;
  note?: string;
  also?: string;
  fields?: Field[];
  timed?: boolean;
}

export interface Catalogue {
  groups: { key: string; label: string; icon: string }[];
  items: Item[];
  operators: Record<string, string[]>;
  total: number;
}

export interface Words {
  operators: Record<string, string>;
  windows: Record<string, string>;
  units: Record<string, string>;
  periods: Record<string, Record<string, string>>;
  times: Record<string, string>;
  sums: Record<string, string>;
  [word: string]: string | Record<string, string> | Record<string, Record<string, string>>;
}

let last = 0;

export function isGroup(node: Node): node is Group {
  return "nodes" in node;
}

export function emptyLeaf(): Leaf {
  return { id: ++last, not: false, json: null };
}

export function emptyGroup(word: "all" | "any" = "all"): Group {
  return { id: ++last, not: false, word, nodes: [] };
}

function isJson(raw: unknown): raw is Json {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

/** Nodes of a JSON tree. What is no rule becomes a leaf that shows itself as it is. */
export function read(raw: unknown): Node {
  if (isJson(raw)) {
    if ("not" in raw) {
      const inner = read(raw.not);
      inner.not = !inner.not;
      return inner;
    }
    for (const word of ["all", "any"] as const) {
      const list = raw[word];
      if (Array.isArray(list)) return { id: ++last, not: false, word, nodes: list.map(read) };
    }
    return { id: ++last, not: false, json: structuredClone(raw) };
  }
  return { id: ++last, not: false, json: { unknown: raw } };
}

/** The root is always a group, so that something can be added to it. */
export function readRoot(raw: unknown): Group {
  const node = read(raw);
  if (isGroup(node)) return node;
  return { id: ++last, not: false, word: "all", nodes: [node] };
}

export interface Written {
  json: Json;
  paths: Map<string, Node>; // path in the JSON → node
  leftOut: number;
}

/** The JSON of a tree; leaves that `take` refuses are left out (and counted), empty groups too. */
export function write(root: Group, take: (leaf: Leaf) => boolean): Written {
  const paths = new Map<string, Node>();
  let leftOut = 0;
  const counts = (node: Node): boolean => (isGroup(node) ? node.nodes.some(counts) : take(node));
  const told = (node: Node, path: string): Json => {
    paths.set(path, node);
    const inside = node.not ? (path ? `${path}.not` : "not") : path;
    if (node.not) paths.set(inside, node);
    let json: Json;
    if (isGroup(node)) {
      const list: Json[] = [];
      for (const one of node.nodes) {
        if (!counts(one)) {
          leftOut += isGroup(one) ? 0 : 1;
          continue;
        }
        const step = `${node.word}[${list.length}]`;
        list.push(told(one, inside ? `${inside}.${step}` : step));
      }
      json = { [list.length ? node.word : "all"]: list };
    } else {
      json = node.json ?? {};
      if ("unknown" in json) json = json.unknown as Json;
    }
    return node.not ? { not: json } : json;
  };
  return { json: told(root, ""), paths, leftOut };
}

/** The node that a fault's path leads to, and what of the path is left: the part of the leaf. */
export function nodeAt(paths: Map<string, Node>, path: string): [Node | undefined, string] {
  let here = path;
  for (;;) {
    const node = paths.get(here);
    if (node) return [node, path.slice(here.length).replace(/^\./, "")];
    const cut = Math.max(here.lastIndexOf("."), here.lastIndexOf("["));
    if (cut < 0) return [paths.get(""), path];
    here = here.slice(0, cut);
  }
}

export function parentOf(root: Group, node: Node): Group | null {
  for (const one of root.nodes) {
    if (one === node) return root;
    if (isGroup(one)) {
      const found = parentOf(one, node);
      if (found) return found;
    }
  }
  return null;
}

export function holds(group: Group, node: Node): boolean {
  return group.nodes.some((one) => one === node || (isGroup(one) && holds(one, node)));
}

/** Take a node from where it is and put it into `group` before place `at`. */
export function move(root: Group, node: Node, group: Group, at: number): void {
  if (node === group || (isGroup(node) && holds(node, group))) return;
  const from = parentOf(root, node);
  if (!from) return;
  const was = from.nodes.indexOf(node);
  from.nodes.splice(was, 1);
  group.nodes.splice(from === group && was < at ? at - 1 : at, 0, node);
}
