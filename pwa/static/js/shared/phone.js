// This phone and its service worker: registers it, tells it what to keep, and has the outbox sent when there is hope.

import { every } from "./outbox_store.js";
import { flush } from "./outbox_sending.js";
import { mark } from "./whose.js";

const root = document.documentElement;

export async function keepOnPhone() {
  window.addEventListener("online", sendOutbox);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendOutbox());
  sendOutbox();
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" });
    const registration = await navigator.serviceWorker.ready;
    registration.active.postMessage({ language: root.lang, keep: wanted() });
  } catch (error) {
    console.warn("nothing is kept on this phone:", error);
  }
}

// This page itself, and those that its head names: a first visit is made before there is a service worker.
function wanted() {
  const named = document.querySelector('meta[name="keep"]')?.content.split(" ") ?? [];
  return [location.pathname + location.search, ...named];
}

export async function sendOutbox() {
  const waiting = (await every("outbox").catch(() => [])).some((one) => one.state === "waiting" || one.state === "sending");
  if (waiting && navigator.onLine) await flush();
}

// Asks the browser to send when the network is back, even when no page is open; some browsers can't.
export async function sendLater() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.sync?.register("outbox");
}

// Whose phone this is: a mark of the person who is signed in, or "" for a guest.
export function account() {
  return mark().replace("guest", "");
}
