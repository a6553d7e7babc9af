// Looks for similar ideas while somebody writes, and for what they may not want to publish. The page says what is
// found once it has changed; without this script the second step shows the same.

const PAUSE = 700; // milliseconds after the last key
const LEAST = 8; // characters that are worth a look

export function enhance(place) {
  const { text } = place.closest("form").elements;
  const look = { place, text, asked: "", shown: "", timer: 0, stop: new AbortController() };
  place.querySelector('[data-part="compared"]').hidden = false;
  text.addEventListener("input", () => wait(look));
  wait(look); // a draft may have come back
}

function wait(look) {
  clearTimeout(look.timer);
  look.timer = setTimeout(() => ask(look).catch(() => {}), PAUSE); // without a network nothing is missing
}

async function ask(look) {
  const words = look.text.value.trim();
  if (words === look.asked) return;
  look.asked = words;
  look.stop.abort();
  look.stop = new AbortController();
  if (words.length < LEAST) return show(look, "");
  const body = new URLSearchParams({ text: words });
  const answer = await fetch(look.place.dataset.source, { method: "POST", body, signal: look.stop.signal });
  show(look, answer.ok ? await answer.text() : "");
}

function show(look, markup) {
  const beside = look.place.querySelector('[data-part="beside"]');
  if (look.shown === markup || beside.contains(document.activeElement)) return; // nothing moves under a finger
  look.shown = beside.innerHTML = markup;
  const said = [...beside.querySelectorAll("[data-say]")].map((element) => element.textContent.trim()).join(" ");
  const status = look.place.querySelector('[data-part="said"]');
  if (status.textContent !== said) status.textContent = said;
}
