import { once } from "node:events";
import { type ClientHttp2Session, connect as connectH2, type IncomingHttpHeaders } from "node:http2";
import { Agent, request } from "node:https";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { LimitEvent, ServerLimits } from "../../../../src/tls/server/limits/ServerLimits.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../../../src/tls/server/startServer.ts";
import { eventually } from "../../../run/eventually.ts";
import { scaled } from "../../../run/speedFactor.ts";
import { selfSignedPair } from "../../selfSignedPair.ts";
import { RawHttp2 } from "./RawHttp2.ts";

let tls: { cert: string; key: string };
beforeAll(async () => {
  tls = await selfSignedPair();
});
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const HOST = "127.0.0.1";
const LONG_MS = 600_000;
/** No limit on time, so that only the limits on numbers apply. */
const PATIENT = { firstCallMs: LONG_MS, idleMs: LONG_MS, callMs: LONG_MS };
const echo: ServerOptions["fetch"] = async (incoming) => new Response(await incoming.text());

interface Started {
  readonly server: RunningServer;
  readonly events: LimitEvent[];
}

async function start(limits: Partial<ServerLimits>, fetch = echo, isPlain = false): Promise<Started> {
  const events: LimitEvent[] = [];
  const onLimit = (event: LimitEvent): unknown => events.push(event);
  const common = { fetch, port: 0, hostname: HOST, limits, onLimit };
  const server = await startServer(isPlain ? common : { ...common, tls });
  ended.push(() => server.stop({ graceMs: 0 }));
  return { server, events };
}

/** A POST over http/1.1 on a new connection: its status and header Retry-After. */
async function post({ port }: RunningServer): Promise<unknown[]> {
  const call = request({ host: HOST, port, agent: new Agent(), rejectUnauthorized: false, method: "POST" }).end("{}");
  const [response] = await once(call, "response");
  response.resume();
  return [response.statusCode, response.headers["retry-after"]];
}

function session({ port }: RunningServer): ClientHttp2Session {
  const it = connectH2(`https://${HOST}:${port}`, { rejectUnauthorized: false });
  it.on("error", () => {});
  ended.push(() => it.destroy());
  return it;
}

/** A POST over h2: its status and header Retry-After. */
async function call(on: ClientHttp2Session): Promise<unknown[]> {
  const stream = on.request({ ":method": "POST", ":path": "/" });
  stream.on("error", () => {});
  stream.end("{}");
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  stream.resume();
  await once(stream, "close");
  return [headers[":status"], headers["retry-after"]];
}

async function rawHttp2({ port }: RunningServer): Promise<RawHttp2> {
  const client = await RawHttp2.connect(port);
  ended.push(() => client.socket.destroy());
  return client;
}

async function tcp({ port }: RunningServer, text = ""): Promise<Socket> {
  const socket = connect(port, HOST).on("error", () => {});
  ended.push(() => socket.destroy());
  await once(socket, "connect");
  socket.write(text);
  return socket.resume();
}

async function http1({ port }: RunningServer, text: string): Promise<Socket> {
  const options = { host: HOST, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] };
  const socket = connectTls(options).on("error", () => {});
  ended.push(() => socket.destroy());
  await once(socket, "secureConnect");
  socket.write(text);
  return socket.resume();
}

/** Repeats until the connection is closed. */
function during(closed: Promise<unknown>, act: () => void): Promise<unknown> {
  const timer = setInterval(act, 20);
  return closed.finally(() => clearInterval(timer));
}

const INCOMPLETE = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n";

describe("a connection is closed", () => {
  const SOON = { firstCallMs: 300, idleMs: LONG_MS, callMs: LONG_MS };
  it.each<[string, (server: RunningServer) => Promise<unknown>]>([
    ["without a ClientHello", async (server) => once(await tcp(server), "close")],
    [
      "with a ClientHello that arrives byte by byte",
      async (server) => {
        const socket = await tcp(server, "\x16\x03\x01\x02");
        return during(once(socket, "close"), () => socket.write("\x01"));
      },
    ],
    ["without a preface of h2", async (server) => (await rawHttp2(server)).closed],
    ["with a preface, and no call", async (server) => (await rawHttp2(server)).begin().closed],
    [
      "with a preface and PING frames, and no call",
      async (server) => {
        const client = (await rawHttp2(server)).begin();
        return during(client.closed, () => client.ping());
      },
    ],
    ["without a request of http/1.1", async (server) => once(await http1(server, ""), "close")],
    [
      "with headers that do not end",
      async (server) => {
        const socket = await http1(server, "POST / HTTP/1.1\r\n");
        // Not by once(), which rejects when a write crosses the close.
        const closed = new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve));
        return during(closed, () => socket.write("a: b\r\n"));
      },
    ],
  ])("%s", async (_, held) => {
    const { server, events } = await start(SOON);
    await held(server);
    expect(events).toEqual([]);
  });

  it("over plain HTTP, without a request", async () => {
    const { server } = await start(SOON, echo, true);
    await once(await tcp(server), "close");
  });

  it("over h2 when it has no call for the idle time, with GOAWAY, also with PING frames", async () => {
    const { server } = await start({ ...PATIENT, idleMs: 500 });
    const client = session(server);
    await call(client);
    const closed = Promise.all([once(client, "goaway"), once(client, "close")]);
    await during(closed, () => client.destroyed || client.ping(() => {}));
  });

  it("not while it has calls within the idle time", async () => {
    const { server } = await start({ ...PATIENT, idleMs: scaled(400) });
    const client = session(server);
    for (let calls = 0; calls < 4; calls += 1) {
      expect(await call(client)).toEqual([200, undefined]);
      await sleep(scaled(150));
    }
  });
});

describe("a call is ended after its time", () => {
  it.each<[string, (server: RunningServer) => Promise<unknown>]>([
    ["with a body that does not arrive", async (server) => (await rawHttp2(server)).begin().open(1)],
    [
      "with a body that arrives byte by byte",
      async (server) => {
        const client = (await rawHttp2(server)).begin().open(1);
        void during(client.closed, () => client.trickle());
      },
    ],
    ["with an answer that is not read", async (server) => (await rawHttp2(server)).begin(true).open(1, true)],
    ["over http/1.1", async (server) => http1(server, INCOMPLETE)],
  ])("%s", async (_, hold) => {
    const closed = Promise.withResolvers<void>();
    const fetch: ServerOptions["fetch"] = async (incoming, nodes) => {
      nodes.once("close", () => closed.resolve());
      await incoming.text();
      return new Response("an answer");
    };
    const { server, events } = await start({ ...PATIENT, callMs: 300 }, fetch);
    await hold(server);
    await closed.promise;
    expect(events).toEqual(["call-ended"]);
  });
});

describe("a new caller is answered when all places are taken", () => {
  const CONNECTIONS = 4;
  const holders: [string, (server: RunningServer) => Promise<unknown>][] = [
    ["without a ClientHello", tcp],
    ["without a preface", rawHttp2],
    ["with a preface", async (server) => (await rawHttp2(server)).begin()],
    ["with a body that does not arrive", async (server) => (await rawHttp2(server)).begin().open(2)],
    ["with an answer that is not read", async (server) => (await rawHttp2(server)).begin(true).open(2, true)],
    ["with headers that do not end", async (server) => http1(server, "POST / HTTP/1.1\r\n")],
    ["with an http/1.1 body that does not arrive", async (server) => http1(server, INCOMPLETE)],
    ["that are kept after a call", async (server) => http1(server, "GET / HTTP/1.1\r\nhost: a\r\n\r\n")],
  ];

  it.each(holders)("by connections %s", async (_, hold) => {
    const { server, events } = await start({ ...PATIENT, connections: CONNECTIONS });
    const kept = session(server);
    expect(await call(kept)).toEqual([200, undefined]);
    for (let held = 0; held < 2 * CONNECTIONS; held += 1) await hold(server);
    expect(await post(server)).toEqual([200, undefined]);
    // A known caller keeps its connection.
    expect([await call(kept), kept.closed]).toEqual([[200, undefined], false]);
    expect(new Set(events)).toEqual(new Set(["connection-replaced"]));
  });

  it.each([
    ["with bodies that do not arrive", false],
    ["with answers that are not read", true],
  ])("by calls %s", async (_, isComplete) => {
    let active = 0;
    let most = 0;
    const { server, events } = await start({ ...PATIENT, calls: 6, callsPerConnection: 5 }, async (incoming) => {
      active += 1;
      most = Math.max(most, active);
      const text = await incoming.text().finally(() => {
        active -= 1;
      });
      return new Response(text || "an answer");
    });
    for (let held = 0; held < 4; held += 1) (await rawHttp2(server)).begin(isComplete).open(5, isComplete);
    await eventually("the limit", () => (events.includes("call-replaced") ? true : undefined));
    expect([await post(server), await call(session(server))]).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    expect(most).toBeLessThanOrEqual(6);
  });
});

describe("a flood of streams that never end", () => {
  it("ends with its connection, and starts no more calls than one connection may have", async () => {
    let calls = 0;
    const { server } = await start({ ...PATIENT, callsPerConnection: 10 }, async (incoming) => {
      calls += 1;
      return new Response(await incoming.text());
    });
    const client = (await rawHttp2(server)).begin().open(5_000);
    await client.closed;
    expect(calls).toBeLessThanOrEqual(10);
    expect(await post(server)).toEqual([200, undefined]);
  });

  it("or are reset ends with its connection, above the number that one connection may have open", async () => {
    const { server } = await start({ ...PATIENT, callsPerConnection: 20 });
    const kept = (await rawHttp2(server)).begin().reset(20);
    const client = (await rawHttp2(server)).begin().reset(60);
    await client.closed;
    expect(await post(server)).toEqual([200, undefined]);
    expect(kept.socket.closed).toBe(false);
  });

  it("over http/1.1 is a pipeline, and is cut off", async () => {
    let calls = 0;
    const blocked = new Promise<Response>(() => {});
    const { server, events } = await start({ ...PATIENT, callsPerConnection: 10 }, () => {
      calls += 1;
      return blocked;
    });
    const socket = await http1(server, "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(50));
    await once(socket, "close");
    expect(calls).toBeLessThanOrEqual(10);
    expect(events).toContain("call-refused");
  });
});

describe("calls that wait for their handlers", () => {
  it("keep their places: a further call gets 503 with Retry-After, over h2 and http/1.1", async () => {
    const finish = Promise.withResolvers<Response>();
    const taken = Promise.withResolvers<void>();
    const { server, events } = await start({ ...PATIENT, calls: 1 }, async (incoming) => {
      await incoming.text();
      taken.resolve();
      return finish.promise;
    });
    const client = session(server);
    const first = call(client);
    await taken.promise;
    expect([await call(client), await post(server)]).toEqual([
      [503, "1"],
      [503, "1"],
    ]);
    finish.resolve(new Response("done"));
    expect(await first).toEqual([200, undefined]);
    expect(events).toEqual(["call-refused", "call-refused"]);
  });

  it("keep their connection: a further one is refused", async () => {
    const finish = Promise.withResolvers<Response>();
    const taken = Promise.withResolvers<void>();
    const { server, events } = await start({ ...PATIENT, connections: 1 }, async (incoming) => {
      await incoming.text();
      taken.resolve();
      return finish.promise;
    });
    const first = call(session(server));
    await taken.promise;
    await once(await tcp(server), "close");
    finish.resolve(new Response("done"));
    expect(await first).toEqual([200, undefined]);
    expect(events).toEqual(["connection-refused"]);
  });
});

describe("a handler that does not read the body", () => {
  it.each<[string, ServerOptions["fetch"]]>([
    ["at all", () => new Response("no", { status: 403 })],
    [
      "to its end",
      async (incoming) => {
        const reader = incoming.body?.getReader();
        await reader?.read();
        reader?.releaseLock();
        return new Response("no", { status: 413 });
      },
    ],
    [
      "and cancels it",
      async (incoming) => {
        await incoming.body?.cancel();
        return new Response("no", { status: 400 });
      },
    ],
  ])("%s ends the stream with its answer", async (_, fetch) => {
    const { server } = await start(PATIENT, fetch);
    const client = session(server);
    const stream = client.request({ ":method": "POST", ":path": "/" });
    stream.on("error", () => {});
    stream.write("a beginning");
    const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
    stream.resume();
    await once(stream, "close");
    expect([headers[":status"], client.destroyed]).toEqual([expect.any(Number), false]);
    expect(headers[":status"]).toBeGreaterThanOrEqual(400);
  });
});
