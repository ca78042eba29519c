import { controlCases } from "./control.js";
import { convolutionCases, normalizationCases, poolingCases } from "./convolution.js";
import { elementwiseCases } from "./elementwise.js";
import { recurrentCases } from "./recurrence.js";
import { productCases, reductionCases } from "./reduction.js";
import { resizingCases } from "./resizing.js";
import { gatheringCases, shapingCases } from "./shaping.js";
import type { OperatorCase } from "./case.js";

/** Every operator case: small graphs that any runtime should compute as the reference does, or say beforehand that it cannot. */
export function operatorCases(): OperatorCase[] {
  return [
    ...elementwiseCases(), ...convolutionCases(), ...poolingCases(), ...normalizationCases(), ...reductionCases(), ...productCases(), ...shapingCases(),
    ...gatheringCases(), ...resizingCases(), ...recurrentCases(), ...controlCases(),
  ];
}
