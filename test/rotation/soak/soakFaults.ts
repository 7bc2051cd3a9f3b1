import type { SoakResult } from "./soakRun.ts";

/** The failures of a soak, in words; empty when it passed. */
export function soakFaults({ load, faults, growth, handles, exitCode }: SoakResult): string[] {
  const failed = load.samples.filter(({ ok }) => !ok).length;
  return [
    ...(load.failedHandshakes > 0 ? [`${load.failedHandshakes} handshakes failed`] : []),
    ...(failed > 0 ? [`${failed} requests failed`] : []),
    ...(load.samples.length === 0 ? ["no request was sent"] : []),
    ...(faults > 0 ? [`${faults} certificate faults were logged`] : []),
    ...growth.filter(({ grows }) => grows === true).map(({ what }) => `${what} grows`),
    ...(handles.after > handles.before ? [`${handles.after - handles.before} file handles were not closed`] : []),
    ...(exitCode === 0 ? [] : [`the server exited with ${exitCode}`]),
  ];
}
