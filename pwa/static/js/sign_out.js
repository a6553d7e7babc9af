// Signing out takes along what is personal on this phone: the outbox, drafts and the address for notices.

import { empty, every } from "./shared/outbox_store.js";

export async function enhance(form) {
  const waiting = (await every("outbox").catch(() => [])).filter((entry) => entry.state !== "received");
  const words = form.querySelector("[data-part=waiting]");
  if (words) words.hidden = waiting.length === 0;
  form.addEventListener("submit", async (event) => {
    if (form.dataset.isClean) return;
    event.preventDefault();
    await clean().catch((error) => console.warn("something stayed on this phone:", error));
    form.dataset.isClean = "yes";
    form.requestSubmit(event.submitter);
  });
}

async function clean() {
  await empty("outbox");
  await empty("drafts");
  sessionStorage.clear();
  const registration = await navigator.serviceWorker?.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
  await window.caches?.delete("pages"); // what somebody has read is theirs too
  for (const notice of (await registration?.getNotifications?.()) ?? []) notice.close();
}
