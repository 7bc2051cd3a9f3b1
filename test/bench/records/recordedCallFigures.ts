import { exportJWK, generateKeyPair } from "jose";
import { JSON_HEADERS } from "../../functions/Runtime.ts";
import { NodeTarget } from "../../records/soak/NodeTarget.ts";
import type { SoakTarget } from "../../records/soak/SoakTarget.ts";
import { WorkerdTarget } from "../../records/soak/WorkerdTarget.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { benchReview } from "../gate/benchReview.ts";
import { measureRatio } from "../Ratio.ts";

const REVIEW_UID: string = JSON.parse(benchReview).request.uid;
/** Calls of one measurement, one after the other. */
const CALLS = 100;

const TARGETS: Readonly<Record<string, (key: string) => Promise<SoakTarget>>> = {
  Node: (key) => NodeTarget.create({ key }),
  workerd: (key) => WorkerdTarget.create({ key }),
};

/**
 * The time of a call of a cluster with the profile `compliance`, compared with `off`. The stores are on this machine: the disk
 * for Node, those of miniflare for workerd. What the network of a real edge adds is not in it.
 */
export async function recordedCallFigures({ rounds }: BenchSize): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [runtime, create] of Object.entries(TARGETS))
    figures.push(await recordedCallFigure(runtime, create, rounds));
  return figures;
}

async function recordedCallFigure(
  runtime: string,
  create: (key: string) => Promise<SoakTarget>,
  rounds: number,
): Promise<Figure> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const target = await create(JSON.stringify(await exportJWK(privateKey)));
  try {
    const base = await target.start();
    const calls = (cluster: string) => async (): Promise<number> => {
      const startedAt = performance.now();
      for (let call = 0; call < CALLS; call += 1) await review(`${base}/c/${cluster}/validate?timeout=10s`);
      return (performance.now() - startedAt) / CALLS;
    };
    await calls("soak")();
    await calls("off")();
    return {
      name: `records, call on ${runtime}`,
      compared: "a call with the profile compliance : a call with off, over HTTP, one after the other",
      ratio: await measureRatio(rounds, calls("soak"), calls("off")),
      unit: "ms",
    };
  } finally {
    await target.remove();
  }
}

async function review(url: string): Promise<void> {
  const body = benchReview.replaceAll(REVIEW_UID, crypto.randomUUID());
  const answer = await fetch(url, { method: "POST", headers: JSON_HEADERS, body });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`unexpected answer of the gate: ${text}`);
}
