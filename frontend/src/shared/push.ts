/** Web push: a box that appears where the browser can, and subscribes it. */
import { all } from "./page";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function token(): string {
  return document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function tell(url: string, method: string, said: unknown): Promise<boolean> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  const answer = await fetch(url, { method, headers, body: JSON.stringify(said) });
  return answer.ok;
}

async function box(part: HTMLElement): Promise<void> {
  const url = part.dataset.push ?? "";
  const worker = await navigator.serviceWorker.register(part.dataset.pushWorker ?? "", {
    scope: "/",
  });
  const on = part.querySelector<HTMLButtonElement>("[data-push-on]");
  const off = part.querySelector<HTMLButtonElement>("[data-push-off]");
  const refused = part.querySelector<HTMLElement>("[data-push-refused]");
  const failed = part.querySelector<HTMLElement>("[data-push-failed]");
  if (!on || !off || !refused || !failed) return;
  const look = async (): Promise<void> => {
    const present = await worker.pushManager.getSubscription();
    on.hidden = present !== null;
    off.hidden = present === null;
    refused.hidden = Notification.permission !== "denied";
  };
  const subscribe = async (): Promise<boolean> => {
    const { key } = (await (await fetch(url)).json()) as { key: string };
    const made = await worker.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(key),
    });
    const kept = await tell(url, "POST", made);
    if (!kept) await made.unsubscribe();
    return kept;
  };
  on.addEventListener("click", async () => {
    if ((await Notification.requestPermission()) === "granted") {
      // A browser without a push service refuses here, and so does one that is offline.
      failed.hidden = await subscribe().catch(() => false);
    }
    await look();
  });
  off.addEventListener("click", async () => {
    const present = await worker.pushManager.getSubscription();
    if (present) {
      await tell(url, "DELETE", present);
      await present.unsubscribe();
    }
    await look();
  });
  await look();
  part.hidden = false;
}

export async function startPush(): Promise<void> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return;
  for (const part of all<HTMLElement>("[data-push]")) {
    try {
      await box(part);
    } catch {
      part.hidden = true; // the page works without it
    }
  }
}
