export { correspondence } from "./correspondence.js";
export { occlusion } from "./occlusion.js";
export { occlusionPlugin } from "./plugin.js";
export { presetNames, presets, type Preset, type PresetName, type Score } from "./presets.js";
