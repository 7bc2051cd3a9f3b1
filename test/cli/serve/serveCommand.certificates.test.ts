import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PairFolder } from "../../tls/PairFolder.ts";
import { selfSignedPair } from "../../tls/selfSignedPair.ts";
import { PosternProcess } from "../PosternProcess.ts";

const folder = new PairFolder();
let process: PosternProcess;
let port = 0;
let metricsPort = 0;
const pairs = { first: { cert: "", key: "" }, second: { cert: "", key: "" }, standby: { cert: "", key: "" } };

const swap = (name: "main" | "standby", { cert, key }: { cert: string; key: string }): void =>
  folder.swapVolume(name, { "tls.crt": cert, "tls.key": key });

beforeAll(async () => {
  [pairs.first, pairs.second, pairs.standby] = await Promise.all([
    selfSignedPair(),
    selfSignedPair(),
    selfSignedPair(),
  ]);
  swap("main", pairs.first);
  swap("standby", pairs.standby);
  const [main, standby] = [folder.paths("main"), folder.paths("standby")];
  process = new PosternProcess(
    [
      ...["serve", "--gate", "functions/gate.ts", "--port", "0", "--host", "127.0.0.1"],
      ...["--cert", main.cert, "--key", main.key, "--standby-cert", standby.cert, "--standby-key", standby.key],
    ],
    new URL("../../..", import.meta.url).pathname,
    { POSTERN_METRICS_PORT: "0", POSTERN_TLS_HOSTS: "localhost", POSTERN_TLS_DRAIN_SECONDS: "0.5" },
  );
  metricsPort = Number((await process.says(/"metricsPort":(\d+)/))[1]);
  port = Number((await process.says(/"message":"listening","port":(\d+),"protocol":"https"/))[1]);
});
afterAll(async () => {
  process?.kill();
  await process?.ended;
  folder.remove();
});

function served(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

const fingerprint = ({ cert }: { cert: string }): string => new X509Certificate(cert).fingerprint256;
const readiness = async (): Promise<unknown> => {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port, path: "/readyz", rejectUnauthorized: false, agent: false },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        answer.once("end", () => resolve({ status: answer.statusCode, body: JSON.parse(text) }));
      },
    );
    call.once("error", reject);
    call.end();
  });
};
const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();

it("postern serve reloads, goes back, goes forward, and switches to the standby and back, without a restart", async () => {
  expect(await served()).toBe(fingerprint(pairs.first));
  swap("main", pairs.second);
  await process.says(/"result":"switched"/);
  expect(await served()).toBe(fingerprint(pairs.second));
  expect(await metrics()).toMatch(/postern_tls_rotations_total\{result="switched"\} 1\n/);

  process.signal("SIGUSR2");
  await process.says(/"result":"taken-back"/);
  expect(await served()).toBe(fingerprint(pairs.first));
  process.signal("SIGHUP");
  await process.says(/("result":"switched".*){2}/s);
  expect(await served()).toBe(fingerprint(pairs.second));

  swap("main", { ...pairs.second, key: pairs.first.key });
  await process.says(/("result":"switched".*){3}/s);
  expect(await served()).toBe(fingerprint(pairs.standby));
  expect(await readiness()).toMatchObject({
    status: 200,
    body: { status: "ready", certificate: { slot: "standby", faults: [{ slot: "main", code: "key-mismatch" }] } },
  });
  expect(await metrics()).toMatch(/postern_tls_faults_total\{slot="main",code="key-mismatch"\} \d+\n/);
  expect(process.out.match(/"code":"key-mismatch","fault"/g)).toHaveLength(1);

  swap("main", pairs.second);
  await process.says(/("result":"switched".*){4}/s);
  expect(await served()).toBe(fingerprint(pairs.second));
  process.signal("SIGTERM");
  expect(await process.exit()).toBe(0);
  expect([pairs.first, pairs.second].some(({ key }) => process.out.includes(key.split("\n")[1] ?? "no key"))).toBe(
    false,
  );
});
