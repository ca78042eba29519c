import type { VNode } from "preact";
import { cleanLine, cutMiddle, measureText, sizes } from "@vitrine/render";

/** In CSS pixels of the text size: a name that is longer is cut. */
const nameWidth = 280;
/** No word is longer, no text has more characters. */
const longestWord = 40;
const longestText = 900;

/** A name of a model, a file or a person: text, apart from the direction of what is around it, its middle left out where it is long. */
export function Name({ text, width = nameWidth }: { readonly text: string; readonly width?: number }): VNode {
  const whole = cleanLine(text) || "–";
  const shown = cutMiddle(whole, width, { size: sizes.text, measure: measureText });
  if (shown === whole) return <bdi>{whole}</bdi>;
  return <bdi class="cut" tabIndex={0} title={whole}>{shown}</bdi>;
}

/** Sentences, in which words of a stranger may stand. */
export function Prose({ text }: { readonly text: string }): VNode {
  const whole = cleanLine(text);
  const start = whole.length > longestText ? `${whole.slice(0, longestText)} …` : whole;
  const shown = start.split(" ").map((word) => (word.length > longestWord ? `${word.slice(0, longestWord / 2)}…${word.slice(-longestWord / 2)}` : word)).join(" ");
  return shown === whole ? <bdi>{whole}</bdi> : <bdi class="cut" tabIndex={0} title={whole}>{shown}</bdi>;
}

/** A command or a piece of code, with a button that copies it. */
export function Code({ text, label }: { readonly text: string; readonly label: string }): VNode {
  return (
    <div class="code">
      <pre tabIndex={0} aria-label={label}><code dir="ltr">{text}</code></pre>
      <button type="button" class="script" data-copy="" aria-label={`Copy: ${label}`}>Copy</button>
    </div>
  );
}
