import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare, Response as WorkerdResponse } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../../src/cli/dev/DevWorker.ts";
import { CALLED_URL, START } from "./identityHost.ts";
import type { WorkerQuestion, WorkerReply } from "./jwtWorker.ts";
import { TestIssuer } from "./TestIssuer.ts";

const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const CLAIMS = { sub: "cluster", aud: CALLED_URL, exp: START / 1000 + 60 };

let miniflare: Miniflare;
let url: URL;
/** What the issuers answer, by URL. */
const answers = new Map<string, () => WorkerdResponse>();
const asked: string[] = [];

beforeAll(async () => {
  const entry = fileURLToPath(new URL("jwtWorker.ts", import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: outputFiles[0]?.text ?? "",
      compatibilityDate: COMPATIBILITY_DATE,
      host: "127.0.0.1",
      port: 0,
      outboundService: (request) => {
        asked.push(request.url);
        return answers.get(request.url)?.() ?? new WorkerdResponse(null, { status: 404 });
      },
    }),
  );
  url = await miniflare.ready;
});
afterAll(() => miniflare.dispose());

async function ask(settings: Readonly<Record<string, unknown>>, token: string): Promise<WorkerReply> {
  const question: WorkerQuestion = {
    cluster: "production",
    settings: { tier: "jwt", subjects: ["*"], ...settings },
    token,
  };
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(question) });
  return (await answer.json()) as WorkerReply;
}

const ACCEPTED: WorkerReply = {
  result: { outcome: "accepted", identity: { tier: "jwt", subject: "cluster" } },
  isSynchronous: true,
};

it.each(ALGORITHMS)(
  "under workerd, a token signed with %s is accepted, and its like with another key refused",
  async (alg) => {
    const issuer = await TestIssuer.create("issuer", alg);
    const settings = { issuer: "issuer", keys: { keys: [issuer.jwk] } };
    expect(await ask(settings, await issuer.sign(CLAIMS))).toEqual(ACCEPTED);
    const other = await TestIssuer.create("issuer", alg);
    expect(await ask(settings, await other.sign(CLAIMS))).toMatchObject({
      result: { outcome: "refused", reason: "bad-signature" },
    });
  },
);

it("under workerd, keys are discovered, and a redirect is not followed", async () => {
  const issuer = await TestIssuer.create("https://issuer.example.com");
  const discovery = "https://issuer.example.com/.well-known/openid-configuration";
  const keys = "https://keys.example.com/jwks";
  answers.set(discovery, () => WorkerdResponse.json({ issuer: issuer.issuer, jwks_uri: keys }));
  answers.set(keys, () => WorkerdResponse.json({ keys: [issuer.jwk] }));
  expect(await ask({ issuer: issuer.issuer }, await issuer.sign(CLAIMS))).toEqual(ACCEPTED);
  expect(asked).toEqual([discovery, keys]);

  const moved = await TestIssuer.create("https://moved.example.com");
  answers.set("https://moved.example.com/jwks", () => WorkerdResponse.redirect(keys, 302));
  const settings = { issuer: moved.issuer, jwksUrl: "https://moved.example.com/jwks" };
  expect(await ask(settings, await moved.sign(CLAIMS))).toMatchObject({
    result: { outcome: "refused", reason: "keys-unavailable" },
  });
  expect(asked).toEqual([discovery, keys, "https://moved.example.com/jwks"]);
});
