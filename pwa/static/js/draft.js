// Keeps what is typed while somebody signs in again or looks something up: in this tab, for this account alone.

import { account } from "./shared/phone.js";

export function enhance(field) {
  const place = location.pathname.replace(/^\/[^/]+/, "") + location.search; // the same in any language
  const key = `draft ${account()} ${place} ${field.name}`;
  if (!field.value) field.value = sessionStorage.getItem(key) ?? "";
  field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  field.dispatchEvent(new Event("input", { bubbles: true })); // whoever counts the signs counts these too
  // What the server refuses comes back with its page, so nothing need be kept once it is sent.
  field.form.addEventListener("submit", () => sessionStorage.removeItem(key));
}
