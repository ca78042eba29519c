import { defineErrors, brief, showShape } from "@vitrine/core";

/** Everything that can be wrong with a view. */
export const renderError = defineErrors({
  "view-tensor-missing": (f: { view: string; tensor: string; known: readonly string[] }) => ({
    message: `The view "${brief(f.view)}" names the tensor \`${brief(f.tensor)}\`, which is not among the findings.`,
    hint: f.known.length === 0 ? "The findings hold no tensor." : `The findings hold ${f.known.slice(0, 8).map((name) => `\`${brief(name)}\``).join(", ")}${f.known.length > 8 ? ` and ${f.known.length - 8} more` : ""}.`,
  }),
  "view-tensor-shape": (f: { view: string; tensor: string; dtype: string; shape: readonly number[]; expected: string }) => ({
    message: `The view "${brief(f.view)}" cannot draw the tensor \`${brief(f.tensor)}\`: it is ${f.dtype} ${showShape(f.shape)}.`,
    hint: `It takes ${f.expected}.`,
  }),
  "view-sample": (f: { view: string; sample: number; samples: number }) => ({
    message: `The view "${brief(f.view)}" shows sample ${f.sample}, but its tensor holds ${f.samples}.`,
    hint: `Samples count from 0 to ${f.samples - 1}.`,
  }),
  "view-field": (f: { view: string; field: string; value: unknown; expected: string }) => ({
    message: `The view "${brief(f.view)}" has ${brief(JSON.stringify(f.value) ?? "nothing")} as its \`${f.field}\`.`,
    hint: `It takes ${f.expected}.`,
  }),
  "view-kind": (f: { kind: string }) => ({
    message: `No drawing for views of the kind \`${brief(f.kind)}\`, and it brings no fallback.`,
    hint: "A view of one's own has a kind with a slash in it and a `fallback` of a known kind.",
  }),
  "view-depth": (f: { view: string; depth: number }) => ({
    message: `The view "${brief(f.view)}" holds views within views, deeper than ${f.depth} levels.`,
    hint: "Put them side by side on one level.",
  }),
  "view-count": (f: { view: string; count: number }) => ({
    message: `The view "${brief(f.view)}" holds more than ${f.count} views.`,
    hint: "Give them as views of their own, under one `group`.",
  }),
  "view-malformed": (f: { kind: string; view: string; reason: string }) => ({
    message: `The view "${brief(f.view)}" is no whole \`${brief(f.kind)}\`: ${brief(f.reason)}.`,
    hint: "Compare it with the type of its kind in core.",
  }),
  "picture-shape": (f: { dtype: string; shape: readonly number[] }) => ({
    message: `A tensor of ${f.dtype} ${showShape(f.shape)} is no picture.`,
    hint: "A picture is uint8 [height, width, 3 or 4]: RGB, or RGB and alpha.",
  }),
  "map-shape": (f: { shape: readonly number[] }) => ({
    message: `A tensor of shape ${showShape(f.shape)} is no map.`,
    hint: "A map is [height, width], or [batch, channels, height, width].",
  }),
  "figure-width": (f: { width: number }) => ({
    message: `A figure cannot be ${f.width} wide.`,
    hint: "Take a width from 320 to 4096 pixels.",
  }),
});
