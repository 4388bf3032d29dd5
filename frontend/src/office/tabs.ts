/** [data-tabs] with role=tab buttons: one part at a time on a desk; on a phone all stand below. And bars of links. */
import { all, on, whenever } from "../shared/page";

export function startTabs(): void {
  whenever<HTMLElement>("[data-tabs]", (bar) => {
    const buttons = all<HTMLButtonElement>('[role="tab"]', bar);
    const part = (button: HTMLButtonElement): HTMLElement | null =>
      document.getElementById(button.getAttribute("aria-controls") ?? "");
    const choose = (chosen: HTMLButtonElement): void => {
      for (const button of buttons) {
        const here = button === chosen;
        button.setAttribute("aria-selected", String(here));
        button.tabIndex = here ? 0 : -1;
        part(button)?.classList.toggle("karte-part-off", !here);
      }
    };
    const follow = (): void => {
      const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
      const button = target && buttons.find((one) => part(one)?.contains(target));
      if (!button) return;
      choose(button);
      target.scrollIntoView();
    };
    bar.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>('[role="tab"]');
      if (button) choose(button);
    });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const at = buttons.findIndex((button) => button.tabIndex === 0);
      const next = step && buttons[(at + step + buttons.length) % buttons.length];
      if (!next) return;
      event.preventDefault();
      choose(next);
      next.focus();
    });
    window.addEventListener("hashchange", follow);
    follow();
  });
  // A bar that is wider than a phone begins with the tab that one is on.
  whenever<HTMLAnchorElement>(".tab-bar [aria-current]", (here) => {
    const bar = here.closest<HTMLElement>(".tab-bar");
    if (!bar) return;
    const beyond = here.getBoundingClientRect().right - bar.getBoundingClientRect().right;
    if (beyond > 0) bar.scrollLeft += beyond;
  });
  on<HTMLAnchorElement>("click", "a[data-focuses]", (link, event) => {
    const field = document.getElementById(link.dataset.focuses ?? "");
    if (!field) return;
    event.preventDefault();
    const tab = field.closest(".karte-part")?.getAttribute("aria-labelledby");
    if (tab) document.getElementById(tab)?.click();
    field.focus();
  });
}
