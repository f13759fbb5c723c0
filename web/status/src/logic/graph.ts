// The graph of the last 60 seconds as SVG paths.
export const SECONDS = 60;

/** Exactly SECONDS values, the newest last: what was before the start is zero. */
export function lastMinute(rates: readonly number[]): number[] {
  const kept = rates.slice(-SECONDS);
  return [...Array<number>(SECONDS - kept.length).fill(0), ...kept];
}

/** The top of the scale: 1, 2 or 5 times a power of ten, not below `peak`, and never so low that noise fills it. */
export function scaleTop(peak: number, least = 10_000): number {
  const wanted = Math.max(peak, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 5, 10].find((step) => step * power >= wanted) ?? 10) * power;
}

/** A smooth line through the values, left to right; `area` closes it along the ground. */
export function curve(values: readonly number[], top: number, width: number, height: number, area: boolean): string {
  const step = width / (SECONDS - 1);
  const round = (value: number) => Math.round(value * 10) / 10;
  const points = values.map((v, i) => [round(i * step), round(height - (Math.min(v, top) / top) * height)] as const);
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${first[0]} ${first[1]}`;
  let [x, y] = first;
  for (const [nextX, nextY] of rest) {
    const middle = round((x + nextX) / 2); // level at each value, so that the curve never leaves its bounds
    path += `C${middle} ${y} ${middle} ${nextY} ${nextX} ${nextY}`;
    [x, y] = [nextX, nextY];
  }
  return area ? `${path}V${height}H0Z` : path;
}
