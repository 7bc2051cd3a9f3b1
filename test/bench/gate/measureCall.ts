import { measure } from "mitata";

/** The mean time of a call, in microseconds, measured by mitata for about `durationMs`. */
export async function measureCall(call: () => unknown, durationMs: number): Promise<number> {
  const { avg } = await measure(call, { min_cpu_time: durationMs * 1e6, gc: false });
  return avg / 1000;
}
