// Looks a receipt up in the published list, here on the phone: whose code it is never leaves it.

export function enhance(form) {
  if (!globalThis.crypto?.subtle) return; // without https browsers give none; the page says how to look
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say(form, "");
    const code = form.elements.code.value.toLowerCase().replace(/[^0-9a-f]/g, "");
    say(form, await look(form, code));
  });
}

// The name of what to say: each stands in the page, in its language.
async function look(form, code) {
  if (code.length < Number(form.dataset.digits)) return "short";
  const lines = await list(form.dataset.list);
  if (!lines) return "offline";
  const codes = lines.map((line) => line.split(" ")[0]).sort();
  if ((await sha256(codes.map((one) => `${one}\n`).join(""))) !== form.dataset.root) return "list";
  const line = lines.find((one) => one.startsWith(code));
  if (!line) return "missing";
  const [sealed, words] = line.split(" ");
  if (!words) return "listed";
  const [version, , , round, choices] = words.split("|");
  const isWhole = version === "v1" && round === form.dataset.round && (await sha256(words)) === sealed;
  if (isWhole) show(form, choices.split(","));
  return isWhole ? "found" : "changed";
}

async function list(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    return answer.ok ? (await answer.text()).trim().split("\n") : null;
  } catch {
    return null;
  }
}

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function show(form, numbers) {
  for (const item of form.querySelectorAll("[data-number]")) item.hidden = !numbers.includes(item.dataset.number);
}

function say(form, what) {
  for (const words of form.querySelectorAll("[data-say]")) words.hidden = words.dataset.say !== what;
}
