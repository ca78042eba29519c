/** Of the budget, kept for drawing the page where nobody else computes, and a little more: in seconds and in shares. */
const share = 0.12;
const least = 0.3;
const most = 8;
/** What a large page takes on an idle machine. */
const idle = { share: 0.05, most: 3 };
/** However busy the machine is, most of the budget is for what is drawn. */
const mostShare = 0.4;
/** Methods that took longer than thought say that so will drawing, but not by how much. */
const mostPace = 2;

/** Seconds of a budget that are kept for drawing the page. `busyness` as measured, `pace` how much slower things went than was thought. */
export function secondsToDraw(budget: number, busyness: number, pace: number): number {
  const usual = Math.min(most, Math.max(least, share * budget));
  const slowed = Math.min(idle.most, idle.share * budget) * busyness;
  return Math.max(least, Math.min(Math.max(usual, slowed) * Math.min(mostPace, Math.max(1, pace)), mostShare * budget));
}

/** Computing time that tells how busy a machine is, in milliseconds: some turns of its scheduler. */
const probe = 30;

/** How many times longer than it computes this process takes: 1 on an idle machine, 10 where ten want each core. */
export function busyness(): number {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const computed = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  while (computed() < probe) {
    // Computes.
  }
  return Math.max(1, (performance.now() - began) / computed());
}
