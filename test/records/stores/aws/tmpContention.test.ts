import { it } from "vitest";
import { motoBinary } from "../../../announcement/providers/MotoServer.ts";
import { AwsStoresForTest, decisionFor } from "./awsStores.ts";
import { writeFileSync, appendFileSync } from "node:fs";
it("contention", async () => {
  const stores = await AwsStoresForTest.start(motoBinary() ?? "");
  writeFileSync("/tmp/contention.txt", "");
  for (const n of [4, 8, 16, 24]) {
    const c = `c${n}`;
    const instances = await Promise.all(Array.from({ length: n }, () => stores.instance(c)));
    for (const [i, { writer }] of instances.entries()) if (i < 1) await writer.commit([decisionFor(c, "w")]);
    stores.proxy.takeNames();
    const t = performance.now();
    const r = await Promise.allSettled(instances.flatMap(({ writer }, i) => [0].map((k) => writer.commit([decisionFor(c, `u${i}-${k}`)]))));
    const names = stores.proxy.takeNames();
    appendFileSync("/tmp/contention.txt", `${n}: failed ${r.filter((x) => x.status === "rejected").length}, calls ${names.length}, transacts ${names.filter((x) => x.includes("Transact")).length}, ms ${Math.round(performance.now() - t)} ${String((r.find((x) => x.status === "rejected") as any)?.reason?.message)}\n`);
  }
  await stores.stop();
}, 120000);
