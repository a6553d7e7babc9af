// The door of all scripts: finds what wants to be enhanced, fetches its module, and lets no failure spread.
// Every page does its work without it.

import { keepOnPhone } from "./shared/phone.js";
import "./language_choice.js";

for (const element of document.querySelectorAll("[data-enhance]")) {
  for (const name of element.dataset.enhance.split(" ")) {
    import(`./${name.replaceAll("-", "_")}.js`)
      .then((module) => module.enhance(element))
      .catch((error) => console.warn("not enhanced:", name, error));
  }
}

keepOnPhone();
