/** Milliseconds as whole seconds, rounded up: for what counts in seconds, such as certificates and annotations. */
export function inSeconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}
