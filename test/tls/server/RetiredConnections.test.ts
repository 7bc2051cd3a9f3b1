import { type ClientHttp2Session, connect as connectH2 } from "node:http2";
import { Agent, request } from "node:https";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type KeyPair, type RunningServer, startServer } from "../../../src/tls/server/startServer.ts";
import { patience, scaled } from "../../run/speedFactor.ts";
import { selfSignedPair } from "../selfSignedPair.ts";

const RETIRE = { drainMs: patience(30_000), graceMs: patience(10_000), onDrained: () => {} };
const ended: (() => unknown)[] = [];
let server: RunningServer;
let next: KeyPair;

/** A server with its second certificate. Tests install a third one, before its connections are retired. */
beforeEach(async () => {
  const [first, second] = [await selfSignedPair(), await selfSignedPair()];
  next = await selfSignedPair();
  server = await startServer({ fetch: slowly, port: 0, hostname: "127.0.0.1", tls: first });
  ended.push(() => server.stop({ graceMs: 0 }));
  server.replaceCertificate(second);
  server.retireConnections(RETIRE);
});
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function slowly(): Promise<Response> {
  await pause(scaled(100));
  return new Response("answered");
}

async function openSession(): Promise<ClientHttp2Session> {
  const session = connectH2(`https://127.0.0.1:${server.port}`, { rejectUnauthorized: false });
  ended.push(() => session.destroy());
  await new Promise((resolve) => session.once("connect", resolve));
  return session;
}

function call(session: ClientHttp2Session): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/" });
    let text = "";
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    stream.once("end", () => resolve(text));
    stream.once("error", reject);
    stream.end();
  });
}

function connectionHeader(agent: Agent): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const it = request({ host: "127.0.0.1", port: server.port, agent, rejectUnauthorized: false }, (response) => {
      response.resume().once("end", () => resolve(response.headers.connection));
    });
    it.once("error", reject);
    it.end();
  });
}

function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true });
  ended.push(() => agent.destroy());
  return agent;
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

it("RetiredConnections keeps connections of a certificate during its check and afterwards", async () => {
  server.replaceCertificate(next);
  const [session, agent] = [await openSession(), keepAlive()];
  expect(await connectionHeader(agent)).toBe("keep-alive");
  expect(await Promise.all([call(session), call(session), call(session)])).toEqual(Array(3).fill("answered"));
  server.retireConnections(RETIRE);
  expect(await connectionHeader(agent)).toBe("keep-alive");
  expect(await Promise.all([call(session), call(session), call(session)])).toEqual(Array(3).fill("answered"));
  expect(session.closed).toBe(false);
});

it("RetiredConnections retires connections of a certificate that failed its check", async () => {
  const back = await selfSignedPair();
  server.replaceCertificate(next);
  const [session, agent] = [await openSession(), keepAlive()];
  await connectionHeader(agent);
  server.replaceCertificate(back);
  server.retireConnections(RETIRE);
  expect(await connectionHeader(agent)).toBe("close");
  expect(await call(session)).toBe("answered");
  await expect.poll(() => session.closed, { timeout: patience(10_000) }).toBe(true);
});
