/** Step through sample rows, one at a time: [data-walk] holds [data-walk-row]s and two buttons. */
import { all, whenever } from "../shared/page";

export function startWalk(): void {
  whenever("[data-walk]", (walk) => {
    let at = 0;
    const last = Number(walk.dataset.walk) - 1;
    const show = (): void => {
      for (const cell of all("[data-walk-row]", walk)) {
        cell.hidden = Number(cell.dataset.walkRow) !== at;
      }
      for (const number of all("[data-walk-at]", walk)) number.textContent = String(at + 1);
      for (const button of all<HTMLButtonElement>("[data-walk-step]", walk)) {
        button.disabled = Number(button.dataset.walkStep) < 0 ? at === 0 : at >= last;
      }
    };
    walk.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-walk-step]");
      if (!button) return;
      at = Math.min(Math.max(at + Number(button.dataset.walkStep), 0), last);
      show();
    });
    show();
  });
}
