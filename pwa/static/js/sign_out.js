// Signing out takes along what is personal on this phone: the outbox, drafts and the address for notices.

import { every } from "./shared/outbox_store.js";
import { purge } from "./shared/purge.js";

export async function enhance(form) {
  const waiting = (await every("outbox").catch(() => [])).filter((entry) => entry.state !== "received");
  const words = form.querySelector("[data-part=waiting]");
  if (words) words.hidden = waiting.length === 0;
  form.addEventListener("submit", async (event) => {
    if (form.dataset.isClean) return;
    event.preventDefault();
    await purge({ unsentToo: true });
    form.dataset.isClean = "yes";
    form.requestSubmit(event.submitter);
  });
}
