const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;

/**
 * What was found of one network, line by line.
 * @param {Awaited<ReturnType<typeof import("./look.js").look>>} found
 */
export function say({ shape: { kernel, filters, classes, bands, aliasing, noticed }, trained }) {
  return [
    `${kernel.join(" × ")} every ${aliasing.stride[0]} pixels, ${filters} filters: ${Object.entries(classes).map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
    `  power: ${percent(bands.low)} in low frequencies, ${percent(bands.middle)} in middle, ${percent(bands.high)} in high ones; ${percent(aliasing.share)} above what its stride can carry (white noise: ${percent(aliasing.ofNoise)})`,
    ...(noticed.length === 0 ? ["  nothing was noticed"] : noticed.map(({ finding, says }) => `  ${finding}: ${says}`)),
    `  right on ${(100 * trained.accuracy).toFixed(1)} % of ${trained.unseen} unseen pictures when it was trained`,
  ];
}
