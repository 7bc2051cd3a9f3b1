/** A least-squares line. */
export interface LineFit {
  readonly slope: number;
  /** Standard error of the slope, assuming independent residuals. */
  readonly standardError: number;
  /** Bounds of the 95 % confidence interval of the slope. */
  readonly min: number;
  readonly max: number;
}

/** Two-sided 95 % of the normal distribution, close to Student's distribution for 20 or more points. */
const SPREAD_95 = 1.96;
const MIN_POINTS = 20;

/** Fits a line through `[x, y]` points. Undefined for fewer than 20 points, or when all have the same x. */
export function fitLine(points: readonly (readonly [number, number])[]): LineFit | undefined {
  const count = points.length;
  if (count < MIN_POINTS) return undefined;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const squares = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (squares === 0) return undefined;
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const residual = points.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const standardError = Math.sqrt(residual / (count - 2) / squares);
  return {
    slope,
    standardError,
    min: slope - SPREAD_95 * standardError,
    max: slope + SPREAD_95 * standardError,
  };
}
