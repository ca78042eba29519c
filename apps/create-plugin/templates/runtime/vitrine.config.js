// What `vitrine` uses in this folder: all that it brings along, and this runtime.
import plugin from "./src/index.js";

export default { plugins: ["standard", plugin] };
