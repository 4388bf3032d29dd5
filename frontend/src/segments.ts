/** The builder of segments: a tree of conditions, counted and explained while it changes. */
import "./styles/segments.css";
import { make } from "./segments/dom";
import { canBeAsked } from "./segments/leaf";
import { nodeAt, readRoot, write, type Catalogue, type Json, type Words } from "./segments/model";
import { Tree } from "./segments/tree";

const PAUSE = 200; // milliseconds without a change before it is counted

interface Fault {
  path: string;
  reason: string;
}

interface Given {
  rule: unknown;
  segment: number | null;
  words: Words;
  urls: Record<"catalogue" | "preview" | "sample" | "why" | "overlap", string>;
  faults: Fault[];
}

interface Preview {
  faults: Fault[];
  count?: number;
  said?: string;
  sentence?: string;
  ms?: number;
  slow?: boolean;
  ended?: boolean;
}

function byId<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

async function start(): Promise<void> {
  const given = JSON.parse(byId("builder-data").textContent ?? "{}") as Given;
  const { words, urls } = given;
  const form = byId<HTMLFormElement>("builder");
  const rule = byId<HTMLTextAreaElement>("builder-rule");
  const token = crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(36), "");
  const secret = form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  const address = given.segment ? `${urls.catalogue}?segment=${given.segment}` : urls.catalogue;
  const catalogue = (await (await fetch(address)).json()) as Catalogue;
  const number = new Intl.NumberFormat(document.documentElement.lang);

  let timer = 0;
  let asking: AbortController | null = null;
  let latest: Json = { all: [] };

  const ask = (url: string, body: Json, signal?: AbortSignal): Promise<Response> =>
    fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": secret },
      body: JSON.stringify({ ...body, segment: given.segment }),
      signal: signal ?? null,
    });

  const written = () => write(tree.root, (leaf) => canBeAsked(leaf, catalogue));

  const changed = (): void => {
    rule.value = JSON.stringify(write(tree.root, (leaf) => leaf.json !== null).json, null, 2);
    rule.dispatchEvent(new Event("input", { bubbles: true })); // the form sees that it is not saved
    later();
  };
  const later = (): void => {
    asking?.abort();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void count(), PAUSE);
    byId("builder-count").dataset.busy = "yes";
  };

  const count = async (): Promise<void> => {
    const now = written();
    latest = now.json;
    const controller = new AbortController();
    asking = controller;
    try {
      const answer = await ask(urls.preview, { rule: now.json, token }, controller.signal);
      if (!answer.ok) throw new Error(answer.statusText);
      const found = (await answer.json()) as Preview;
      if (found.ended) return;
      tree.faults.clear();
      for (const fault of found.faults) {
        const [node] = nodeAt(now.paths, fault.path);
        const id = node?.id ?? tree.root.id;
        tree.faults.set(id, [...(tree.faults.get(id) ?? []), fault.reason]);
      }
      tree.mark();
      tell(found, now.leftOut);
      if (found.count !== undefined) await sample(now.json, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      note(String(words.failed));
      console.warn(error);
    }
  };

  const note = (text: string): void => {
    const place = byId("builder-note");
    place.textContent = text;
    place.hidden = !text;
    delete byId("builder-count").dataset.busy;
  };
  const tell = (found: Preview, leftOut: number): void => {
    const place = byId("builder-count");
    const small = byId("builder-count-small");
    const share = byId("builder-share");
    if (found.sentence !== undefined) byId("builder-sentence").textContent = found.sentence;
    if (found.count === undefined) {
      place.querySelector(".builder-number")!.textContent = "–";
      share.textContent = small.textContent = "";
    } else {
      const people = `${found.said} ${String(words.people)}`;
      place.replaceChildren(
        make("span", { class: "builder-number" }, found.said ?? ""),
        make("span", { class: "builder-unit" }, String(words.people)),
      );
      small.textContent = people;
      const part = catalogue.total ? (100 * found.count) / catalogue.total : 0;
      share.textContent = `${String(words.ofAll)
        .replace("%(share)s", `${part > 0 && part < 1 ? "<1" : Math.round(part)}%`)
        .replace("%(all)s", number.format(catalogue.total))}`;
      share.title = `${found.ms} ms`;
    }
    note(found.slow ? String(words.tooSlow) : leftOut ? String(words.leftOut) : "");
  };

  const sample = async (json: Json, signal: AbortSignal): Promise<void> => {
    const answer = await ask(urls.sample, { rule: json }, signal);
    if (!answer.ok) return;
    const html = await answer.text();
    const place = byId("builder-sample");
    const open = [...place.querySelectorAll<HTMLElement>('[data-why][aria-expanded="true"]')];
    place.innerHTML = html;
    // Whom one had asked about is explained anew, by the rule as it is now.
    for (const { dataset } of open) {
      place.querySelector<HTMLElement>(`[data-why="${dataset.why}"]`)?.click();
    }
  };

  const tree = new Tree(
    readRoot(given.rule),
    byId("builder-tree"),
    byId("builder-said"),
    catalogue,
    words,
    changed,
  );
  for (const fault of given.faults) {
    const [node] = nodeAt(write(tree.root, () => true).paths, fault.path);
    const id = node?.id ?? tree.root.id;
    tree.faults.set(id, [...(tree.faults.get(id) ?? []), fault.reason]);
  }
  tree.mark();
  rule.value = JSON.stringify(write(tree.root, () => true).json, null, 2);
  later();

  // Experts write the tree themselves.
  rule.addEventListener("change", () => {
    const wrong = byId("builder-rule-error");
    try {
      tree.root = readRoot(JSON.parse(rule.value));
      wrong.hidden = true;
      tree.faults.clear();
      tree.draw();
      tree.mark();
      later();
    } catch (error) {
      wrong.textContent = String(words.jsonWrong).replace("%(reason)s", (error as Error).message);
      wrong.hidden = false;
    }
  });

  // Why somebody is in it or not.
  byId("builder-sample").addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-why]");
    if (!button) return;
    const place = button.nextElementSibling as HTMLElement;
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    place.hidden = open;
    if (!open) void explain(Number(button.dataset.why), place);
  });
  const explain = async (member: number | string, place: HTMLElement): Promise<void> => {
    const answer = await ask(urls.why, { rule: latest, member });
    const isPart = answer.headers.get("Content-Type")?.startsWith("text/html");
    if (answer.ok && isPart) place.innerHTML = await answer.text();
  };
  const person = byId<HTMLInputElement>("builder-person");
  const askPerson = (): void => {
    if (person.value.trim()) void explain(person.value.trim(), byId("builder-person-why"));
  };
  byId("builder-person-ask").addEventListener("click", askPerson);
  person.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    askPerson();
  });

  // What it shares with another segment.
  const other = document.getElementById("builder-other") as HTMLSelectElement | null;
  other?.addEventListener("change", async () => {
    const place = byId("builder-overlap");
    place.replaceChildren();
    if (!other.value) return;
    const answer = await ask(urls.overlap, { rule: latest, other: Number(other.value) });
    if (!answer.ok) return;
    const found = (await answer.json()) as { name?: string; said?: Record<string, string> };
    if (!found.said) return;
    const lines: [string, string][] = [
      [String(words.both), found.said.both ?? ""],
      [String(words.onlyHere), found.said.here ?? ""],
      [String(words.onlyThere).replace("%(name)s", found.name ?? ""), found.said.there ?? ""],
    ];
    for (const [label, value] of lines) {
      place.append(make("dt", {}, label), make("dd", {}, `${value} ${String(words.people)}`));
    }
  });
}

if (document.getElementById("builder-data")) void start();
