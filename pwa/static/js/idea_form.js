// Writing an idea on a phone: the draft saves itself, the check is a step of this page, and what is sent waits in the
// outbox until the server has it. Without this script the form does the same in two pages, but needs the network.

import { account, sendLater } from "./shared/phone.js";
import { find, put, remove } from "./shared/outbox_store.js";
import { flush } from "./shared/outbox_sending.js";
import { smaller } from "./shared/photo.js";

const PAUSE = 400; // milliseconds after the last key
const PATIENCE = 6000; // milliseconds until what is being sent is shown where it waits

export async function enhance(form) {
  const page = { form, check: document.querySelector('[data-part="check"]'), photo: null, alt: "" };
  showPhoto(page);
  await restore(page); // where nothing can be kept this fails, and the form stays as it is without a script
  form.addEventListener("input", () => {
    clearTimeout(page.timer);
    page.timer = setTimeout(() => save(page), PAUSE);
  });
  if (form.elements.text.value) await save(page); // typed before this script had come
  form.elements.photo?.addEventListener("change", () => takePhoto(page));
  form.addEventListener("submit", (event) => {
    const wanted = event.submitter?.name === "switch_to" ? inLanguage(event.submitter.value) : null;
    if (!wanted && !form.elements.text.value.trim()) return save(page);
    event.preventDefault();
    if (wanted) save(page).then(() => location.assign(wanted)); // the draft comes back in the other language
    else lookThrough(page);
  });
  page.check.querySelector('[data-act="change"]').addEventListener("click", () => turn(page, false));
  page.check.querySelector('[data-act="send"]').addEventListener("click", (event) => send(page, event.currentTarget));
}

async function restore(page) {
  const draft = await find("drafts", page.form.dataset.area);
  if (!draft) return;
  const { text, alt } = page.form.elements;
  if (!text.value) text.value = draft.text;
  if (alt && !alt.value) alt.value = draft.alt ?? "";
  page.photo = draft.photo ?? null;
  showSaved(page, draft.at);
}

async function save(page) {
  const { text, alt } = page.form.elements;
  const at = Date.now();
  await put("drafts", { area: page.form.dataset.area, text: text.value, alt: alt?.value ?? "", photo: page.photo, at });
  showSaved(page, at);
}

function showSaved(page, at) {
  const line = page.form.querySelector('[data-part="saved"]');
  if (!line) return;
  line.hidden = false;
  line.querySelector("time").textContent = new Date(at).toTimeString().slice(0, 5);
  showPhoto(page);
}

// What a photo shows is asked only once there is one.
function showPhoto(page) {
  const kept = page.form.querySelector('[data-part="photo-kept"]');
  if (kept) kept.hidden = !page.photo;
  const { alt, photo_key: sentBefore } = page.form.elements;
  const asked = alt?.closest(".ask-one");
  if (asked) asked.hidden = !page.photo && !sentBefore?.value && !asked.classList.contains("bad");
}

function inLanguage(tag) {
  return document.querySelector(`link[rel=alternate][hreflang="${tag}"]`)?.href;
}

async function takePhoto(page) {
  const [file] = page.form.elements.photo.files;
  page.photo = file ? await smaller(file) : null;
  await save(page);
}

function lookThrough(page) {
  const [title, ...rest] = page.form.elements.text.value.trim().split("\n");
  const slot = (name) => page.check.querySelector(`[data-slot="${name}"]`);
  slot("title").textContent = title;
  slot("text").textContent = rest.join("\n").trim();
  slot("photo").hidden = !page.photo;
  if (page.photo) slot("photo").src = URL.createObjectURL(page.photo);
  turn(page, true);
}

function turn(page, isChecking) {
  page.form.hidden = isChecking;
  page.check.hidden = !isChecking;
  (isChecking ? page.check : page.form.elements.text).focus();
  scrollTo(0, 0);
}

async function send(page, button) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  const { form } = page;
  const uuid = crypto.randomUUID();
  await put("outbox", {
    uuid, state: "waiting", account: account(), area: form.dataset.area, language: form.dataset.language,
    send: form.dataset.send, text: form.elements.text.value, alt: form.elements.alt?.value ?? "", photo: page.photo,
    madeAt: Date.now(),
  });
  clearTimeout(page.timer);
  await remove("drafts", form.dataset.area);
  await sendLater().catch(() => {}); // some browsers have no Background Sync: then a page sends it
  if (navigator.onLine) await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  const sent = await find("outbox", uuid);
  location.assign(sent?.address ?? form.dataset.outbox);
}
