import { exportJWK, generateKeyPair } from "jose";
import { JSON_HEADERS } from "../../functions/Runtime.ts";
import { WorkerdTarget } from "../../records/soak/WorkerdTarget.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { benchReview } from "../gate/benchReview.ts";
import { measureRatio } from "../Ratio.ts";

const REVIEW_UID: string = JSON.parse(benchReview).request.uid;
/** Calls of one measurement, one after the other. */
const CALLS = 100;

/**
 * The time of a call of a cluster with the profile `compliance` on workerd, compared with `off`. The stores are those of
 * miniflare on this machine: what the network of a real edge adds is not in it.
 */
export async function workerdRecordFigure({ rounds }: BenchSize): Promise<Figure> {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const target = await WorkerdTarget.create({ key: JSON.stringify(await exportJWK(privateKey)) });
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
      name: "records, call on workerd",
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
