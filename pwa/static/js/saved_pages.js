// The pages that this phone keeps, to open without a network.

export async function enhance(list) {
  if (!("caches" in window)) return;
  const template = list.querySelector("template");
  const cache = await caches.open("pages");
  const rows = [];
  for (const request of await cache.keys()) {
    const address = new URL(request.url);
    if (!isWorthReading(address)) continue;
    const html = await (await cache.match(request)).text();
    const title = new DOMParser().parseFromString(html, "text/html").title;
    const made = template.content.firstElementChild.cloneNode(true);
    const link = made.querySelector("a");
    link.href = address.pathname + address.search;
    link.textContent = title;
    rows.push(made);
  }
  list.querySelector("ul").replaceChildren(...rows.reverse());
  list.querySelector('[data-part="empty"]').hidden = rows.length > 0;
}

function isWorthReading(address) {
  const [language, ...rest] = address.pathname.split("/").slice(1);
  return language === document.documentElement.lang && rest.length > 1 && !address.pathname.endsWith("/outbox");
}
