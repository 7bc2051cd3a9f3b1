import { runPostern, type Surroundings } from "../../cli/runPostern.ts";

/** Runs `postern` in this process. Resolves to its output. Rejects with its errors when it fails. */
export async function posternOutput(args: readonly string[], surroundings?: Surroundings): Promise<string> {
  const { code, out, err } = await runPostern(args, surroundings);
  if (code !== 0) throw new Error(`postern ${args[0]}: ${err}`);
  return out;
}
