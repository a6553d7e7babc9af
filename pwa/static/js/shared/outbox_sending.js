// Sends what waits: page and service worker do it with the same lines, one at a time. The server knows each record by
// its uuid, so that a repeat after a lost answer is the same idea again and never a second one.

import { change, every } from "./outbox_store.js";

const AGAIN = [408, 425, 429]; // answers that only ask for patience
const LONGEST = 120_000; // milliseconds; a photo over a weak network takes its time, but none may hold up the others for good

// How many records still wait.
export function flush() {
  return navigator.locks ? navigator.locks.request("outbox", sendAll) : sendAll();
}

async function sendAll() {
  const waiting = (await every("outbox")).filter((record) => record.state === "waiting" || record.state === "sending");
  waiting.sort((one, other) => one.madeAt - other.madeAt);
  let left = waiting.length;
  for (const record of waiting) {
    if (await send(record)) left -= 1;
  }
  return left;
}

// Whether this record needs no further try.
async function send(record) {
  await note(record, { state: "sending" });
  let answer, said;
  try {
    answer = await post(record);
    said = await answer.json();
  } catch {
    await note(record, { state: "waiting" }); // no network, or somebody else's page instead of our answer
    return false;
  }
  if (answer.ok && said.number) {
    await note(record, { state: "received", ...said, photo: null, receivedAt: Date.now() });
    return true;
  }
  const isRefused = answer.status >= 400 && answer.status < 500 && !AGAIN.includes(answer.status);
  await note(record, isRefused ? { state: "needs-you", error: said.error ?? "" } : { state: "waiting" });
  return isRefused;
}

function post(record) {
  const form = new FormData();
  form.set("client_uuid", record.uuid);
  for (const name of ["account", "text", "alt"]) form.set(name, record[name] ?? "");
  if (record.photo) form.set("photo", record.photo, "photo.jpg");
  const headers = { Accept: "application/json" };
  return fetch(record.send, { method: "POST", body: form, headers, redirect: "error", signal: AbortSignal.timeout(LONGEST) });
}

async function note(record, values) {
  await change("outbox", record.uuid, values);
  tell();
}

// Every open page hears that something has changed.
function tell() {
  const channel = new BroadcastChannel("outbox");
  channel.postMessage("changed");
  channel.close();
}
