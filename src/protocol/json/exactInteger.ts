/**
 * An integer as the API server keeps it (sigs.k8s.io/json): exact in the range of int64, and a float64 beyond it. A bigint
 * when it is an int64 that a double may not hold: beyond ±(2^53 - 1). A number otherwise.
 */
export function exactInteger(value: bigint): number | bigint {
  const plain = Number(value);
  return Number.isSafeInteger(plain) || BigInt.asIntN(64, value) !== value ? plain : value;
}

/** Whether a number may be an int64 that lost digits: from a bigint by `Number`, or by arithmetic. */
export function mayBeRounded(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) <= 2 ** 63;
}
