// The door of all scripts: finds what wants to be enhanced, fetches its module, and lets no failure spread.
// Every page does its work without it.

import { keepOnPhone } from "./shared/phone.js";
import { makeSureItIsTheirs } from "./shared/whose.js";
import "./language_choice.js";

// First what somebody else has left here goes, so that nothing brings it back.
makeSureItIsTheirs()
  .catch((error) => console.warn("not made sure whose phone this is:", error))
  .then(() => {
    document.querySelectorAll("[data-enhance]").forEach(enhance);
    keepOnPhone();
  });

function enhance(element) {
  for (const name of element.dataset.enhance.split(" ")) {
    import(`./${name.replaceAll("-", "_")}.js`)
      .then((module) => module.enhance(element))
      .catch((error) => console.warn("not enhanced:", name, error));
  }
}
