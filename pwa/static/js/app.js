// The door of all scripts: finds what wants to be enhanced, fetches its module, and lets no failure spread.
// Every page does its work without it.

const found = document.querySelectorAll("[data-enhance]");

for (const element of found) {
  for (const name of element.dataset.enhance.split(" ")) {
    import(`./${name.replaceAll("-", "_")}.js`)
      .then((module) => module.enhance(element))
      .catch((error) => console.warn("not enhanced:", name, error));
  }
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/service-worker.js").catch((error) => console.warn("no service worker:", error));
}
