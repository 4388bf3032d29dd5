/** Dragging by the grip, with mouse, pen or finger. */

type Where = "before" | "after" | "into";

export function startDrag(
  place: HTMLElement,
  drop: (id: number, target: number, where: Where) => void,
): void {
  place.addEventListener("pointerdown", (event) => {
    const grip = (event.target as Element).closest<HTMLElement>("[data-grip]");
    if (!grip || event.button !== 0) return;
    const id = Number(grip.dataset.grip);
    const dragged = place.querySelector<HTMLElement>(`[data-item="${id}"]`);
    if (!dragged) return;
    const from = { x: event.clientX, y: event.clientY };
    let begun = false;
    let target: [number, Where] | null = null;
    const clear = (): void => {
      for (const one of place.querySelectorAll("[data-drop]")) one.removeAttribute("data-drop");
    };
    const over = (moved: PointerEvent): void => {
      if (!begun && Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < 6) return;
      begun = true;
      dragged.classList.add("rule-dragged");
      clear();
      target = at(place, dragged, moved.clientX, moved.clientY);
      if (target) {
        const [to, where] = target;
        const name = where === "into" ? "data-group" : "data-item";
        place.querySelector(`[${name}="${to}"]`)?.setAttribute("data-drop", where);
      }
    };
    const end = (): void => {
      grip.removeEventListener("pointermove", over);
      dragged.classList.remove("rule-dragged");
      clear();
      if (begun && target) drop(id, ...target);
    };
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", over);
    grip.addEventListener("pointerup", end, { once: true });
    grip.addEventListener("pointercancel", end, { once: true });
  });
}

/** What lies under the pointer: a condition (before or behind it), or the rest of a group. */
function at(place: HTMLElement, dragged: HTMLElement, x: number, y: number): [number, Where] | null {
  const under = document.elementFromPoint(x, y);
  if (!under || !place.contains(under) || dragged.contains(under)) return null;
  const group = under.closest<HTMLElement>("[data-group]");
  const item = under.closest<HTMLElement>("[data-item]");
  if (item && (!group || group.contains(item))) {
    const box = item.getBoundingClientRect();
    return [Number(item.dataset.item), y < box.top + box.height / 2 ? "before" : "after"];
  }
  return group ? [Number(group.dataset.group), "into"] : null;
}
