/** Finding things on the page, now and after htmx has put new parts in. */

export function all<E extends Element = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): E[] {
  const found = [...within.querySelectorAll<E>(selector)];
  if (within instanceof Element && within.matches(selector)) found.unshift(within as unknown as E);
  return found;
}

/** Run `start` on every element matching `selector`, also on those that come later; once each. */
export function whenever<E extends HTMLElement>(
  selector: string,
  start: (element: E) => void,
): void {
  const started = new WeakSet<Element>();
  const look = (within: ParentNode): void => {
    for (const element of all<E>(selector, within)) {
      if (started.has(element)) continue;
      started.add(element);
      start(element);
    }
  };
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.target as HTMLElement));
}

/** Listen on the document for `type` on elements matching `selector`. */
export function on<E extends HTMLElement>(
  type: string,
  selector: string,
  react: (element: E, event: Event) => void,
): void {
  document.addEventListener(type, (event) => {
    const element = (event.target as Element | null)?.closest?.<E>(selector);
    if (element) react(element, event);
  });
}
