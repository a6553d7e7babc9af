// Takes from this phone what belongs to one person alone: drafts, the outbox, what they read, their notices.

import { empty, every, remove } from "./outbox_store.js";

// What was not sent yet goes only where somebody was asked: else it waits, unread by others, until they are back.
export async function purge({ unsentToo }) {
  localStorage.clear();
  sessionStorage.clear();
  const steps = [empty("drafts"), unsentToo ? empty("outbox") : forgetSent(), endNotices()];
  for (const name of ["pages", "photos", "seen-notices"]) steps.push(window.caches?.delete(name));
  for (const { reason } of await Promise.allSettled(steps)) if (reason) console.warn("something stayed here:", reason);
}

async function forgetSent() {
  const sent = (await every("outbox")).filter((entry) => entry.state === "received");
  await Promise.all(sent.map((entry) => remove("outbox", entry.uuid)));
}

async function endNotices() {
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const notice of (await registration?.getNotifications?.()) ?? []) notice.close();
  const subscription = await registration?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}
