/** What a reader must know about values before they are drawn. */
export interface Statistics {
  readonly count: number;
  /** Of the finite values; NaN where there is none. */
  readonly min: number;
  readonly max: number;
  readonly missing: number;
  readonly infinite: number;
  /** Flat index of the largest finite value; -1 where there is none. */
  readonly strongest: number;
}

export function statisticsOf(values: ArrayLike<number>): Statistics {
  let [min, max, missing, infinite, strongest] = [Infinity, -Infinity, 0, 0, -1];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) missing++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      if (value < min) min = value;
      if (value > max) [max, strongest] = [value, i];
    }
  }
  return strongest < 0 ? { count: values.length, min: NaN, max: NaN, missing, infinite, strongest } : { count: values.length, min, max, missing, infinite, strongest };
}

/** Statistics of several sets of values as of one; `strongest` is that of the first. */
export function joined(all: readonly Statistics[]): Statistics {
  const finite = all.filter((each) => each.strongest >= 0);
  const sum = (pick: (each: Statistics) => number): number => all.reduce((total, each) => total + pick(each), 0);
  return {
    count: sum((each) => each.count),
    min: finite.length === 0 ? NaN : Math.min(...finite.map((each) => each.min)),
    max: finite.length === 0 ? NaN : Math.max(...finite.map((each) => each.max)),
    missing: sum((each) => each.missing),
    infinite: sum((each) => each.infinite),
    strongest: all[0]?.strongest ?? -1,
  };
}
