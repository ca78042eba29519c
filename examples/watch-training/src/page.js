import { renderReport } from "@vitrine/report";

const began = "Over training";

/**
 * Both reports as one page, as `vitrine report` makes it of files: first how the network got there, then what it is now.
 * @param {import("@vitrine/watch").WatchReports} reports
 * @param {{ layers: number, parameters: number, inputs: { name: string, dtype: string, shape: (number | null)[] }[] }} network
 * @param {number} seconds that it all took
 */
export async function page({ activation, weights }, network, seconds) {
  const found = weights ? [activation, weights] : [activation];
  const titles = { activation: "Activation", weights: "Weights" };
  /** @type {(report: import("@vitrine/core").Report, training: boolean) => import("@vitrine/report").Entry} */
  const entry = ({ facts: { summary, ...facts }, ...report }, training) => ({
    title: titles[/** @type {"activation" | "weights"} */ (report.method)], open: true, seconds: 0, citations: [], command: "node src/main.js", code: "await watch.findings()",
    summary: training ? "What changed from epoch to epoch?" : "What is it now?",
    // What it says in a sentence is of now.
    report: { ...report, facts: training || summary === undefined ? facts : { summary, ...facts }, views: report.views.filter(({ group }) => (group === began) === training) },
  });
  const { html } = await renderReport({
    model: { ...activation.model, runtime: activation.runtime, ...network, notices: [] },
    sections: [
      { id: "training", question: "How did it get there?", entries: found.map((report) => entry(report, true)), leftOut: [] },
      { id: "saw", question: "What did each layer see?", entries: [entry(activation, false)], leftOut: [] },
      { id: "learned", question: "What did it learn?", entries: weights ? [entry(weights, false)] : [], leftOut: [] },
    ],
    time: { spent: seconds }, command: "node src/main.js", version: "0.1.0",
  });
  return html;
}
