/** Small words for making elements. */

type Given = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Given = {},
  ...inside: (globalThis.Node | string | null | undefined | false)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "class") element.className = String(value);
    else if (name === "value") (element as unknown as HTMLInputElement).value = String(value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, String(value));
  }
  for (const one of inside) if (one) element.append(one);
  return element;
}

/** An icon of the sprite that the page already uses. */
export function icon(name: string): SVGSVGElement {
  const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon icon-sm");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

export function select(
  label: string,
  options: [string, string][],
  chosen: string,
  change: (value: string) => void,
): HTMLSelectElement {
  const box = make("select", {
    class: "form-select",
    "aria-label": label,
    change: () => change(box.value),
  });
  for (const [value, text] of options) box.append(make("option", { value }, text));
  box.value = chosen;
  return box;
}

/** Text in the form in which it is searched: one width, no capitals, katakana. */
export function normal(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u3041-\u3096]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60));
}
