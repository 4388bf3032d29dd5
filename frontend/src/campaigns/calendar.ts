/** A scheduled campaign is dragged to another day: its own form is sent with that day.
 *
 * Days that are over take nothing. Keyboard and phones open the form by the button beside the name.
 */
import { all } from "../shared/page";

export function startCalendar(calendar: HTMLElement): void {
  let dragged: HTMLElement | null = null;
  const clear = (): void => {
    for (const day of all("[data-drop]", calendar)) day.removeAttribute("data-drop");
  };
  const dayUnder = (event: DragEvent): HTMLElement | null => {
    const day = (event.target as Element).closest<HTMLElement>("[data-day]");
    return dragged && day && !day.contains(dragged) ? day : null;
  };
  calendar.addEventListener("dragstart", (event) => {
    dragged = (event.target as Element).closest<HTMLElement>("[data-moves]");
    if (!dragged || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector("a")?.textContent ?? "");
    calendar.classList.add("calendar-dragging");
  });
  calendar.addEventListener("dragover", (event) => {
    clear();
    const day = dayUnder(event);
    if (!day) return;
    event.preventDefault(); // it may be dropped here
    day.setAttribute("data-drop", "into");
  });
  calendar.addEventListener("drop", (event) => {
    const day = dayUnder(event);
    const form = document.getElementById(dragged?.dataset.moves ?? "");
    if (!day || !(form instanceof HTMLFormElement)) return;
    event.preventDefault();
    form.querySelector<HTMLInputElement>("[name=day]")!.value = day.dataset.day ?? "";
    form.requestSubmit();
  });
  calendar.addEventListener("dragend", () => {
    clear();
    calendar.classList.remove("calendar-dragging");
    dragged = null;
  });
}
