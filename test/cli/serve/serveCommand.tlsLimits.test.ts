import { X509Certificate } from "node:crypto";
import { afterEach, expect, it } from "vitest";
import { patience } from "../../run/speedFactor.ts";
import { PairFolder } from "../../tls/PairFolder.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { PosternProcess } from "../PosternProcess.ts";

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const swap = (folder: PairFolder, { cert, key }: { cert: string; key: string }): void =>
  folder.swapVolume("main", { "tls.crt": cert, "tls.key": key });

async function serve(options: string): Promise<{ process: PosternProcess; folder: PairFolder }> {
  const folder = new PairFolder();
  ends.push(() => folder.remove());
  swap(folder, await selfSignedPair());
  const { cert, key } = folder.paths("main");
  const process = new PosternProcess(
    ["serve", "--gate", "functions/gate.ts", "--port", "0", "--host", "127.0.0.1", "--cert", cert, "--key", key],
    new URL("../../..", import.meta.url).pathname,
    { NODE_OPTIONS: options, POSTERN_TLS_HOSTS: "LOCALHOST,127.1", POSTERN_TLS_POLL_SECONDS: "0.2" },
  );
  ends.push(async () => {
    process.kill();
    await process.ended;
  });
  return { process, folder };
}

it.each(["--tls-max-v1.2", "--tls-min-v1.3", "--tls-cipher-list=TLS_AES_128_GCM_SHA256"])(
  "serve with NODE_OPTIONS=%s renews what it starts with",
  async (options) => {
    const { process, folder } = await serve(options);
    const next = await selfSignedPair();
    await process.says(/"message":"listening"/);
    swap(folder, next);
    const [, result, serial] = await process.says(
      /"result":"([a-z-]+)","from":.*?"to":\{"slot":"main","serial":"(\w+)"/,
    );
    expect(result).toBe("switched");
    expect(serial).toBe(new X509Certificate(next.cert).serialNumber.toLowerCase().replace(/^0+/, ""));
  },
  patience(60_000),
);

it(
  "serve does not start with a certificate that the process has no cipher for, and says why",
  async () => {
    const { process } = await serve("--tls-cipher-list=ECDHE-RSA-AES128-GCM-SHA256");
    expect(await process.exit()).toBe(2);
    expect(process.err).toMatch(
      /^postern: serial \w+: the check handshake \(TLSv1\.2, LOCALHOST\) failed: .*--tls-cipher-list\)\n$/,
    );
    expect(process.out).not.toContain('"listening"');
  },
  patience(60_000),
);
