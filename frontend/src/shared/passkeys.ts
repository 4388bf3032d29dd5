/** Passkeys: offered only where the browser can use them, and what to say when it did not. */
import { all } from "./page";

function usable(): boolean {
  // A passkey belongs to a name; browsers refuse one for an address of numbers.
  const numbers = /^[\d.]+$|^\[/.test(window.location.hostname);
  return "PublicKeyCredential" in window && window.isSecureContext && !numbers;
}

export function startPasskeys(): void {
  for (const part of all("[data-passkeys]")) part.hidden = !usable();
  for (const part of all("[data-passkey-none]")) part.hidden = usable();
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    for (const part of all("[data-passkey-failed]")) part.hidden = false;
  });
}
