// What is on this phone: each entry with where it is on its way, in words that stand in the page's templates.

import { every, put, remove } from "./shared/outbox_store.js";
import { flush } from "./shared/outbox_sending.js";
import { account } from "./shared/phone.js";

const STEPS = { waiting: "1", sending: "2", received: "3", "needs-you": "x" };

export async function enhance(list) {
  const template = list.querySelector("template");
  const draw = async () => {
    const entries = await every("outbox");
    entries.sort((one, other) => other.madeAt - one.madeAt);
    const rows = entries.map((entry) => row(template, entry, draw));
    list.querySelector("ul").replaceChildren(...rows);
    list.querySelector('[data-part="empty"]').hidden = rows.length > 0;
  };
  new BroadcastChannel("outbox").addEventListener("message", draw);
  await draw();
}

function row(template, entry, draw) {
  const made = template.content.firstElementChild.cloneNode(true);
  const part = (name) => made.querySelector(`[data-slot="${name}"]`);
  const isTheirs = !entry.account || entry.account === account();
  if (isTheirs) part("title").textContent = entry.text.trim().split("\n")[0];
  else part("title").closest("h3").remove(); // words of somebody else, who can sign in and send them
  made.querySelector(".hop").dataset.at = STEPS[entry.state];
  for (const state of made.querySelectorAll("[data-state]")) {
    state.hidden = !state.dataset.state.split(" ").includes(entry.state);
  }
  part("time").textContent = new Date(entry.madeAt).toTimeString().slice(0, 5);
  part("error").textContent = entry.error ?? "";
  part("open").href = entry.address ?? "";
  part("number").textContent = entry.number ?? "";
  made.querySelector('[data-act="again"]').addEventListener("click", () => again(entry, draw));
  made.querySelector('[data-act="delete"]').addEventListener("click", (event) => ask(event, entry, draw));
  return made;
}

async function again(entry, draw) {
  await put("outbox", { ...entry, state: "waiting", error: "" });
  await flush();
  await draw();
}

// Deleting asks by the second press of the same button, which then says so.
async function ask(event, entry, draw) {
  const button = event.currentTarget;
  const isSure = entry.state === "received" || button.dataset.isSure;
  if (!isSure) {
    button.dataset.isSure = "yes";
    button.querySelector("[data-first]").hidden = true;
    button.querySelector("[data-second]").hidden = false;
    return;
  }
  await remove("outbox", entry.uuid);
  await draw();
}
