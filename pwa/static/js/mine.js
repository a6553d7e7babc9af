// Public pages are the same for everybody; whoever is known here finds their name on the way to what is theirs.

import { forget, mark } from "./shared/whose.js";

export async function enhance(link) {
  const before = mark();
  if (!before) return;
  const answer = await fetch(link.dataset.mine, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return; // without a network the way has its usual word
  const { name, account } = await answer.json();
  if (account === "" && before !== "guest" && mark() === before) return forget();
  const slot = link.querySelector("[data-slot=name]");
  if (!name || !slot) return;
  slot.textContent = name;
  slot.dir = "auto";
}
