import type { SoakResult } from "./soakRun.ts";

/** What a soak has found that must not be, in words; none when all is well. */
export function soakFaults({ load, faults, growth, handles, exitCode }: SoakResult): string[] {
  const failed = load.samples.filter(({ ok }) => !ok).length;
  return [
    ...(load.failedHandshakes > 0 ? [`${load.failedHandshakes} handshakes failed`] : []),
    ...(failed > 0 ? [`${failed} requests failed`] : []),
    ...(load.samples.length === 0 ? ["no request was sent"] : []),
    ...(faults > 0 ? [`${faults} times files were found that cannot be served`] : []),
    ...growth.filter(({ grows }) => grows === true).map(({ what }) => `${what} grows`),
    ...(handles.after > handles.before ? [`${handles.after - handles.before} file handles are left over`] : []),
    ...(exitCode === 0 ? [] : [`the server ended with ${exitCode}`]),
  ];
}
