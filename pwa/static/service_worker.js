// What this phone can do without a network: show pages that it has seen, keep what was written until it can be sent,
// and show notices. It stores only what the server marks public, so nothing personal lies in its caches.
// pwa/offline.py puts above it RELEASE, SHELL (addresses that every page needs), QUERIES (that pages differ by), WORDS.

const PAGES = "pages";
const PHOTOS = "photos";
const STATIC = `static-${RELEASE}`;
const SEEN = "seen-notices";
const PATIENCE = 3000; // milliseconds that the network has before the saved copy is shown
const MOST = { [PAGES]: 80, [PHOTOS]: 40 };
const FRESH = 24 * 60 * 60 * 1000; // milliseconds for which a page kept ahead of time need not be fetched again

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", answer);
self.addEventListener("sync", (event) => event.tag === "outbox" && event.waitUntil(sendOrComeBack()));
self.addEventListener("message", (event) => event.waitUntil(heed(event.data ?? {})));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => event.waitUntil(openNotice(event)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function keepShell() {
  const cache = await caches.open(STATIC);
  await cache.addAll(SHELL);
  await self.skipWaiting();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith("static-") && name !== STATIC);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
  for (const page of await self.clients.matchAll()) page.postMessage({ release: RELEASE });
}

function answer(event) {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname.startsWith("/static/")) event.respondWith(fromShell(request, address));
  else if (request.mode === "navigate") event.respondWith(page(event, address));
  else if (address.pathname.startsWith("/photos/")) event.respondWith(photo(request));
}

// The browser tries again, later and later, as long as this fails.
async function sendOrComeBack() {
  if (await flush()) throw new Error("something still waits");
}

// --- files ---

async function fromShell(request, address) {
  const cache = await caches.open(STATIC);
  const saved = await cache.match(request, { ignoreVary: true });
  if (saved) return saved;
  const fresh = await fetch(request).catch(() => null);
  if (fresh?.ok) {
    await cache.put(request, fresh.clone()).catch(() => {}); // a full phone shows it all the same
    return fresh;
  }
  // A saved page may name files of an older release, which are gone everywhere: today's stand in for them.
  const today = address.pathname.replace(/^\/static\/[^/]+\//, `/static/${RELEASE}/`);
  return (await cache.match(today, { ignoreVary: true })) ?? fresh ?? Response.error();
}

// A photo never changes under its address.
async function photo(request) {
  const saved = await caches.match(request, { ignoreVary: true });
  if (saved) return saved;
  const fresh = await fetch(request);
  await keepPublic(PHOTOS, request.url, fresh.clone()).catch(() => {}); // a full phone shows it all the same
  return fresh;
}

// --- pages ---

async function page(event, address) {
  const network = fetched(event);
  // A late answer is kept too, for the next time; a full phone or no network is no failure here.
  event.waitUntil(network.then((response) => keepPublic(PAGES, keyOf(address), response.clone())).catch(() => {}));
  const answer = await Promise.race([network, afterPatience()]).catch(() => null);
  if (answer && answer.status < 500) return answer;
  const saved = await copyOf(address);
  if (saved) return saved;
  try {
    return await network; // slow, but there is no copy
  } catch {
    return offlinePage(address);
  }
}

async function fetched(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

const afterPatience = () => new Promise((_, reject) => setTimeout(reject, PATIENCE));

// A redirect is never stored: "/" and "/i/7" lead each reader to their own language.
function isPublic(response) {
  const rules = response.headers.get("Cache-Control") ?? "";
  return response.status === 200 && response.type === "basic" && !response.redirected && /\bpublic\b/.test(rules);
}

// Pages that differ by these; whatever else stands in a query belongs to trackers.
function keyOf(address) {
  const named = QUERIES.filter((name) => address.searchParams.has(name));
  const query = new URLSearchParams(named.map((name) => [name, address.searchParams.get(name)]));
  return address.origin + address.pathname + (named.length ? `?${query}` : "");
}

async function keepPublic(name, key, response) {
  if (!isPublic(response)) return;
  const cache = await caches.open(name);
  // The old copy goes only once the new one is whole: a network that ends half-way must not cost the page. What is
  // put anew stands last, so the first ones are the oldest.
  await cache.put(key, response);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST[name])).map((one) => cache.delete(one)));
}

async function copyOf(address) {
  const saved = await (await caches.open(PAGES)).match(keyOf(address), { ignoreVary: true });
  return saved && marked(saved);
}

// Shows the line that says how old the copy is; its words are in the page already.
async function marked(saved) {
  if (!saved.headers.get("Content-Type")?.startsWith("text/html")) return saved;
  const html = (await saved.text())
    .replace('<p class="saved-copy" role="status" hidden>', '<p class="saved-copy" role="status">')
    .replace('<time class="saved-at"></time>', `<time class="saved-at">${hour(saved.headers.get("Date"))}</time>`);
  const headers = new Headers(saved.headers); // the rules on what a page may load hold for its copy too
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(html, { headers });
}

function hour(text) {
  const at = new Date(text ?? Date.now());
  const two = (number) => String(number).padStart(2, "0");
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return clock;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}

async function offlinePage(address) {
  const tag = await languageOf(address);
  const saved = await (await caches.open(PAGES)).match(`${self.location.origin}/offline/${tag}`);
  return saved ?? Response.error();
}

async function languageOf(address) {
  const named = address.pathname.split("/")[1];
  if (named in WORDS) return named;
  const last = await (await caches.open(PAGES)).match("/language");
  return last ? last.text() : Object.keys(WORDS)[0];
}

// --- what pages ask for ---

async function heed(message) {
  if (message.flush) await flush();
  if (message.language in WORDS) await (await caches.open(PAGES)).put("/language", new Response(message.language));
  for (const path of message.keep ?? []) await keepAhead(new URL(path, self.location.origin));
}

// Keeps a page that the reader may want without a network, such as the one on which ideas are written.
async function keepAhead(address) {
  if (address.origin !== self.location.origin) return;
  const known = await (await caches.open(PAGES)).match(keyOf(address), { ignoreVary: true });
  if (known && Date.now() - new Date(known.headers.get("Date")) < FRESH) return;
  try {
    await keepPublic(PAGES, keyOf(address), await fetch(address, { credentials: "same-origin" }));
  } catch {
    // there is no network; the next visit asks again
  }
}

// --- notices ---

// Something is always shown: browsers take the permission away from who stays silent. So where a message can't be read,
// or holds what the browser does not take, the phone says that there is news.
async function show(data) {
  const tag = await languageOf(self.location);
  const news = { ...WORDS[tag], lang: tag, tag: "unreadable", navigate: `/${tag}/` };
  const notice = read(data) ?? news;
  const isRepeat = await isSeen(notice.data?.notice).catch(() => false); // a full phone notes nothing
  await draw(notice, isRepeat).catch(() => draw(news, false));
}

function draw({ title, navigate, ...options }, isRepeat) {
  return self.registration.showNotification(title, {
    icon: `/static/${RELEASE}/icons/icon-192.png`,
    badge: `/static/${RELEASE}/icons/badge-96.png`,
    ...options,
    silent: isRepeat,
    renotify: Boolean(options.tag) && !isRepeat,
    data: { ...options.data, navigate },
  });
}

function read(data) {
  try {
    const { notification } = data.json();
    return typeof notification?.title === "string" ? notification : null;
  } catch {
    return null;
  }
}

async function isSeen(number) {
  if (!number) return false;
  const cache = await caches.open(SEEN);
  const key = `/seen/${number}`;
  if (await cache.match(key)) return true;
  await cache.put(key, new Response(""));
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - 100)).map((one) => cache.delete(one)));
  return false;
}

async function openNotice(event) {
  event.notification.close();
  const target = ownAddress(event.notification.data?.navigate);
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === target);
  return there ? there.focus() : self.clients.openWindow(target);
}

// A tap leads to pages of ours only, whatever a message says.
function ownAddress(navigate) {
  const home = new URL("/", self.location.origin).href;
  try {
    const address = new URL(navigate ?? home, home);
    return address.origin === self.location.origin ? address.href : home;
  } catch {
    return home;
  }
}

// The browser has given this phone another address: the server hears of it at once, else at the next visit.
async function renew(event) {
  const key = event.oldSubscription?.options.applicationServerKey;
  if (!key) return;
  const made = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = made.toJSON();
  const tag = await languageOf(self.location);
  const mine = await (await fetch(`/${tag}/me/mine`)).json();
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": mine.token ?? "" };
  await fetch(`/${tag}/me/devices`, { method: "POST", headers, body: JSON.stringify({ endpoint, ...keys }) });
}
