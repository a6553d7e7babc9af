// Notices on this phone. The element holds a promise as a button, and what to say in each state, hidden;
// permission is asked only after a tap. What the server knows is brought up to date at each visit.

export async function enhance(element) {
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!can) return;
  const button = element.querySelector("button");
  button.addEventListener("click", () => ask(element, button));
  if (Notification.permission === "denied") return show(element, "blocked");
  show(element, (await follows(element)) ? "on" : "ask");
}

async function ask(element, button) {
  button.setAttribute("aria-disabled", "true");
  try {
    const permission = await Notification.requestPermission();
    if (permission === "denied") return show(element, "blocked");
    if (permission !== "granted") return;
    await keep(element, await subscribe(element.dataset.key), element.dataset.area);
    show(element, "on");
  } catch (error) {
    console.warn("no notices:", error);
    show(element, "failed");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

// Whether this phone hears of what is promised here. A subscription that is there is told to the server again,
// since its language, its owner or its address may have changed.
async function follows(element) {
  if (Notification.permission !== "granted") return false;
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription || !isMadeWith(subscription, element.dataset.key)) return false;
  try {
    const { areas } = await keep(element, subscription);
    return element.dataset.area ? areas.includes(element.dataset.area) : true;
  } catch {
    return false;
  }
}

async function subscribe(key) {
  const registration = await navigator.serviceWorker.ready;
  const known = await registration.pushManager.getSubscription();
  if (known && isMadeWith(known, key)) return known;
  await known?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

async function keep(element, subscription, area) {
  const { endpoint, keys } = subscription.toJSON();
  const mine = await (await fetch(element.dataset.mine, { headers: { Accept: "application/json" } })).json();
  const answer = await fetch(element.dataset.keep, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": mine.token ?? "" },
    body: JSON.stringify({ endpoint, ...keys, ...(area && { area }) }),
  });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return answer.json();
}

function isMadeWith(subscription, key) {
  const used = subscription.options?.applicationServerKey;
  if (!used) return true;
  const ours = bytes(key);
  return used.byteLength === ours.length && new Uint8Array(used).every((byte, at) => byte === ours[at]);
}

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function show(element, state) {
  element.hidden = false;
  for (const part of element.querySelectorAll("[data-state]")) {
    part.hidden = part.dataset.state !== state && !(state === "failed" && part.dataset.state === "ask");
  }
}
