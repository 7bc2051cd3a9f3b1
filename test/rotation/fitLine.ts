/** A line through points by least squares. */
export interface LineFit {
  readonly slope: number;
  /** Of the slope, if the points scatter about the line independently of each other. */
  readonly standardError: number;
  /** Between these the slope lies with 95 % probability. */
  readonly least: number;
  readonly most: number;
}

/** Two-sided 95 % of the normal distribution; with 20 points and more Student's is near it. */
const SPREAD_95 = 1.96;
const FEWEST = 20;

/** Fits a line through `[x, y]`. Undefined for fewer than 20 points, or when all have one x. */
export function fitLine(points: readonly (readonly [number, number])[]): LineFit | undefined {
  const count = points.length;
  if (count < FEWEST) return undefined;
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
    least: slope - SPREAD_95 * standardError,
    most: slope + SPREAD_95 * standardError,
  };
}
