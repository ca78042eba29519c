/** What the first screen has, beside what was noticed. */
export interface GlanceParts {
  readonly picture: boolean;
  readonly looked: boolean;
  readonly says: boolean;
}

/** The class of a first screen with these parts. */
export const glanceClass = ({ picture, looked, says }: GlanceParts): string => `has${picture ? "-picture" : ""}${looked ? "-looked" : ""}${says ? "-says" : ""}`;

const narrow = ({ picture, looked, says }: GlanceParts): readonly string[] => [
  ...(picture || says ? [`${picture ? "picture" : "says"} ${says ? "says" : "picture"}`] : []),
  ...(looked ? ["looked looked"] : []),
  "noticed noticed",
];

function middle({ picture, looked, says }: GlanceParts): readonly string[] {
  if (picture && looked) return ["picture looked", says ? "says noticed" : "noticed noticed"];
  if (!picture && !looked) return [says ? "says noticed" : "noticed noticed"];
  const shown = picture ? "picture" : "looked";
  return says ? [`${shown} says`, `${shown} noticed`] : [`${shown} noticed`];
}

function broad({ picture, looked, says }: GlanceParts): readonly string[] {
  if (picture && looked) return says ? ["picture looked says", "picture looked noticed"] : ["picture looked noticed"];
  if (!picture && !looked) return [says ? "says noticed noticed" : "noticed noticed noticed"];
  const shown = picture ? "picture" : "looked";
  return [says ? `${shown} says noticed` : `${shown} noticed noticed`];
}

const flags = [true, false];
const all: readonly GlanceParts[] = flags.flatMap((picture) => flags.flatMap((looked) => flags.map((says) => ({ picture, looked, says }))));

/** Rules that give each part its place. */
const places = (areas: (parts: GlanceParts) => readonly string[]): string =>
  all.map((parts) => `.${glanceClass(parts)}{grid-template-areas:${areas(parts).map((row) => `"${row}"`).join(" ")}}`).join("\n");

const threeColumns = `.glance{grid-template-columns:repeat(3,minmax(0,1fr));grid-template-rows:auto 1fr;gap:24px 32px}
${places(broad)}`;

/** The first screen: every part in its place, whichever are there, on a telephone, a tablet and a desk. */
export const glance = `
.glance{display:grid;align-items:start;margin-top:24px;grid-template-columns:minmax(0,2fr) minmax(0,3fr);gap:24px}
${places(narrow)}
.glance h2{font-size:14px;line-height:20px;margin-bottom:8px}
.g-picture{grid-area:picture}
.g-says{grid-area:says}
.g-looked{grid-area:looked}
.g-noticed{grid-area:noticed}
@media (min-width:700px){
.glance{grid-template-columns:repeat(2,minmax(0,1fr));grid-template-rows:auto 1fr;gap:32px}
${places(middle)}
}
@media (min-width:1000px){
${threeColumns}
}
@media print{
${threeColumns}
}
`;
