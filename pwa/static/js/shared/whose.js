// Notices that somebody else has this phone now: their sign-in ended by itself or from elsewhere, or another person came.

const REMEMBERED = "whose"; // in localStorage, the mark of whoever was known here last
const shown = mark(); // who was here when this page was loaded

// A page that the way back takes out of memory may be of somebody who has left.
window.addEventListener("pageshow", (event) => event.persisted && mark() !== shown && location.reload());

// A mark of the person who is signed in, "guest", or "" for nobody.
export function mark() {
  return document.cookie.match(/(?:^|; )somebody=([^;]*)/)?.[1] ?? "";
}

// Resolves once nothing of whoever was here before lies open; most often at once.
export async function makeSureItIsTheirs() {
  const before = localStorage.getItem(REMEMBERED);
  if (before && before !== mark()) await (await import("./purge.js")).purge({ unsentToo: false });
  if (mark() && mark() !== "guest") localStorage.setItem(REMEMBERED, mark());
}

// The server says that whoever was known here is so no more: the mark goes, and what was theirs.
export function forget() {
  document.cookie = "somebody=; Max-Age=0; Path=/; SameSite=Lax";
  return makeSureItIsTheirs();
}
