// The screen at the meeting place: takes the code of the next minute from the page itself, without loading it anew.

const AGAIN = 5_000; // milliseconds until the next try where there was no network

export function enhance(shown) {
  navigator.wakeLock?.request("screen").catch(() => {}); // a screen that goes dark shows no code
  setTimeout(() => change(shown), Number(shown.dataset.seconds) * 1000);
}

async function change(shown) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector('[data-enhance="place-code"]');
    if (!next) return location.reload(); // nobody shows it any more, or nobody is signed in
    shown.replaceChildren(...next.childNodes);
    setTimeout(() => change(shown), Number(next.dataset.seconds) * 1000);
  } catch {
    setTimeout(() => change(shown), AGAIN);
  }
}
