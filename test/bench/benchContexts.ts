import "../run/beginRun.ts";

import { parseArgs } from "node:util";
import { FleetBed, type FleetRun } from "../e2e/fleet/FleetBed.ts";

/** Contexts of the kubeconfig. Of ten, seven lead to a real API server. */
const SIZES = { full: 40, quick: 10 } as const;
/** What the full size may take, in seconds. */
const LIMIT_SECONDS = 60;

/**
 * `npm run bench:contexts`: `render --all`, `render --all --diff` and `doctor --all` over 40 contexts of a kubeconfig, of which 12
 * cannot be used. Prints what they print, with the seconds of each. `--quick` uses 10 contexts.
 */
async function benchContexts(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const bed = await FleetBed.start(SIZES[values.quick ? "quick" : "full"]);
  try {
    const rendered = await bed.render();
    // Not a part of what is measured: one cluster gets what was rendered for it.
    const folder = `${bed.folder}/registrations/prod-1`;
    const applied = await bed.cluster.kubectl(["apply", "--server-side", "--field-manager=postern", "-k", folder]);
    if (applied.code !== 0) throw new Error(`kubectl apply -k: ${applied.stderr}`);
    const runs = [rendered, await bed.diff(), await bed.doctor()];
    for (const run of runs) print(run);
    const total = runs.reduce((sum, { seconds }) => sum + seconds, 0);
    process.stdout.write(`${bed.contexts.size} contexts, all three commands: ${total.toFixed(1)} s\n`);
    const expected = [0, 2, 3];
    if (runs.some(({ code }, index) => code !== expected[index]))
      throw new Error(`expected the exit codes ${expected.join(", ")}, got ${runs.map(({ code }) => code).join(", ")}`);
    if (total > LIMIT_SECONDS) throw new Error(`expected at most ${LIMIT_SECONDS} s`);
  } finally {
    await bed.stop();
  }
}

function print({ command, code, out, err, seconds }: FleetRun): void {
  process.stdout.write(`$ ${command}\n${err}${out}# exit code ${code}, ${seconds.toFixed(1)} s\n\n`);
}

await benchContexts();
