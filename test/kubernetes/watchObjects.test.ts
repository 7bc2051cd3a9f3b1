import type { KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchObjects } from "../../src/kubernetes/watchObjects.ts";
import { patience } from "../run/speedFactor.ts";
import { WatchServer } from "./WatchServer.ts";

const LIMIT = { timeout: patience(5_000) };

const object = (name: string): { metadata: { namespace: string; name: string; resourceVersion: string } } => ({
  metadata: { namespace: "gates", name, resourceVersion: "2" },
});

let server: WatchServer;
let kubeConfig: KubeConfig;
let stop: AbortController;
beforeEach(async () => {
  server = new WatchServer();
  kubeConfig = await server.start();
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  server.stop();
});

/** Watches from a list that has the object `listed`, or that fails that many times first. */
function watch(failures = 0): { changed: string[]; errors: string[]; names: () => (string | undefined)[] } {
  const changed: string[] = [];
  const errors: string[] = [];
  let lists = 0;
  const watched = watchObjects({
    kubeConfig,
    path: "/apis/x/v1/things",
    list: async () => {
      lists += 1;
      if (lists <= failures) throw new Error(`list ${lists} failed`);
      return { apiVersion: "v1", kind: "List", items: [object("listed")], metadata: { resourceVersion: "1" } };
    },
    onChange: ({ namespace, name }) => changed.push(`${namespace}/${name}`),
    onError: (message) => errors.push(message),
    signal: stop.signal,
  });
  return { changed, errors, names: () => watched.list("gates").map(({ metadata }) => metadata?.name) };
}

describe("watchObjects", () => {
  it("reports listed and watched objects, and keeps the latest ones", async () => {
    const { changed, errors, names } = watch();
    await vi.waitFor(() => expect(server.open).toBe(1), LIMIT);
    expect(changed).toEqual(["gates/listed"]);
    server.send("ADDED", object("added"));
    await vi.waitFor(() => expect(names()).toEqual(["listed", "added"]), LIMIT);
    server.send("DELETED", object("listed"));
    await vi.waitFor(() => expect(names()).toEqual(["added"]), LIMIT);
    expect(changed).toEqual(["gates/listed", "gates/added", "gates/listed"]);
    expect(errors).toEqual([]);
  });

  it("reports a failed list and retries it", async () => {
    const { changed, errors } = watch(1);
    await vi.waitFor(() => expect(changed).toEqual(["gates/listed"]), LIMIT);
    expect(errors).toEqual(["list 1 failed"]);
  });

  it("closes the watch when the signal is aborted", async () => {
    watch();
    await vi.waitFor(() => expect(server.open).toBe(1), LIMIT);
    stop.abort();
    await vi.waitFor(() => expect(server.open).toBe(0), LIMIT);
    expect(server.opened).toBe(1);
  });

  it("opens no watch and lists nothing when the signal is already aborted", () => {
    stop.abort();
    const { changed, names } = watch();
    expect([changed, names()]).toEqual([[], []]);
  });
});
