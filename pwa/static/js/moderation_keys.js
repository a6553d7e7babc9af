// Keys for moderators: each element names its own in data-key. They sleep in text fields and can be turned off.

const KEPT = "moderation-keys";

export function enhance(details) {
  const tick = details.querySelector("input");
  details.hidden = false;
  tick.checked = remembered() !== "off";
  tick.addEventListener("change", () => remember(tick.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isWriting(event.target)) event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting(event.target)) return;
    if (event.key === "?") details.open = !details.open;
    else if (tick.checked && press(event.key.toLowerCase())) event.preventDefault();
  });
}

function press(key) {
  if (key === "j" || key === "k") return go(key === "j" ? 1 : -1);
  if (!/^[a-z1-9]$/.test(key)) return false;
  const found = document.querySelector(`[data-key="${key}"]`);
  if (!found || found.closest("[hidden]")) return false;
  if (found.dataset.needs && !choose(found)) return true;
  found.focus();
  found.click();
  return true;
}

// The first press of a key that needs a choice or a word leads there, the second one carries it out.
function choose(button) {
  const needs = button.dataset.needs;
  const offered = [...document.querySelectorAll(`[name="${needs}"], [data-instead="${needs}"]`)];
  if (offered.some((one) => (one.type === "radio" ? one.checked : one.value.trim()))) return true;
  offered[0]?.focus();
  if (["case", "merge_into"].includes(needs) && offered[0]?.type === "radio") offered[0].click();
  return false;
}

function go(step) {
  const links = [...document.querySelectorAll(".queue ol a")];
  const here = links.findIndex((link) => link.parentElement.hasAttribute("aria-current"));
  const next = links[here < 0 ? 0 : here + step];
  next?.click();
  return Boolean(next);
}

function isWriting(element) {
  return element.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a browser that keeps nothing has its keys on
  }
}

function remember(word) {
  try {
    localStorage.setItem(KEPT, word);
  } catch {
    // the choice holds until the page is left
  }
}
