// Sends what waits: page and service worker do it with the same lines, one at a time. The server knows each record by
// its uuid, so that a repeat after a lost answer is the same idea again and never a second one.

import { every, put } from "./outbox_store.js";

const AGAIN = [408, 425, 429]; // answers that only ask for patience

export function flush() {
  return navigator.locks ? navigator.locks.request("outbox", sendAll) : sendAll();
}

async function sendAll() {
  for (const record of await every("outbox")) {
    if (record.state === "waiting" || record.state === "sending") await send(record);
  }
  await tell();
}

async function send(record) {
  await change(record, { state: "sending" });
  let answer, said;
  try {
    answer = await fetch(record.send, { method: "POST", body: letter(record), headers: { Accept: "application/json" } });
    said = await answer.json();
  } catch {
    return change(record, { state: "waiting" });
  }
  if (answer.ok) return change(record, { state: "received", ...said, photo: null, receivedAt: Date.now() });
  if (answer.status >= 500 || AGAIN.includes(answer.status)) return change(record, { state: "waiting" });
  return change(record, { state: "needs-you", error: said.error ?? "" });
}

function letter(record) {
  const form = new FormData();
  form.set("client_uuid", record.uuid);
  for (const name of ["account", "text", "alt"]) form.set(name, record[name] ?? "");
  if (record.photo) form.set("photo", record.photo, "photo.jpg");
  return form;
}

async function change(record, changes) {
  Object.assign(record, changes);
  await put("outbox", record);
  await tell();
}

// Every open page hears that something has changed.
async function tell() {
  const channel = new BroadcastChannel("outbox");
  channel.postMessage("changed");
  channel.close();
}
