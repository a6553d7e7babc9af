// A passkey is made or used by the browser; the form then carries its answer like any other field. What people
// read stands in the form, hidden, and is shown when it applies.

import { fromOptions, toAnswer } from "./shared/passkey_json.js";

export function enhance(form) {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  show(form, "without", false);
  if (location.origin !== form.dataset.origin) return show(form, "elsewhere", true);
  show(form, "button", true);
  form.addEventListener("submit", (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    answer(form).catch((error) => say(form, error));
  });
}

async function answer(form) {
  for (const part of ["stopped", "known", "failed"]) show(form, part, false);
  const publicKey = fromOptions(await options(form));
  const made = form.dataset.act === "make"
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  form.elements.answer.value = JSON.stringify(toAnswer(made));
  form.requestSubmit();
}

async function options(form) {
  const headers = { Accept: "application/json" };
  const sent = await fetch(form.dataset.options, { method: "POST", headers, body: new FormData(form) });
  if (!sent.ok) throw new Error(`the server answered ${sent.status}`);
  return sent.json();
}

function say(form, error) {
  const parts = { NotAllowedError: "stopped", AbortError: "stopped", InvalidStateError: "known" };
  console.warn("no passkey:", error.name, error.message);
  show(form, parts[error.name] ?? "failed", true);
}

function show(form, part, isShown) {
  const element = form.querySelector(`[data-part=${part}]`);
  if (element) element.hidden = !isShown;
}
