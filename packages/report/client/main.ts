import { bindCopying } from "./copy.js";
import { bindPrinting } from "./print.js";
import { bindReading } from "./read.js";
import { bindSaving } from "./save.js";
import { bindTheme, readTheme } from "./theme.js";
import { bindUnits } from "./units.js";

readTheme();
document.documentElement.classList.add("scripted");

document.addEventListener("DOMContentLoaded", () => {
  bindTheme();
  bindCopying();
  bindSaving();
  bindReading();
  bindUnits();
  bindPrinting();
});
