/** Round steps for a time axis: at most `wanted` ticks from 0, in milliseconds. */
export function timeTicks(totalMs: number, wanted: number): { step: number; ticks: number[] } {
  if (totalMs <= 0 || wanted < 1) return { step: 1, ticks: [0] };
  const rough = totalMs / wanted;
  const step = kSteps.find((candidate) => candidate >= rough) ?? Math.ceil(rough / 86_400_000) * 86_400_000;
  const ticks: number[] = [];
  for (let tick = 0; tick <= totalMs; tick += step) ticks.push(tick);
  return { step, ticks };
}

const kSteps = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000, 5000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
];
