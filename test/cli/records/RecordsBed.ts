import { onTestFinished } from "vitest";
import { NodeStore, type NodeStoreOptions } from "../../../src/records/stores/node/NodeStore.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { type TestChain, type TestKey, testChain, testDecision, testKey } from "../../records/chain/testChain.ts";
import { InputFolder } from "../InputFolder.ts";

/** A folder with a key, an export of a chain and, on demand, stores of a Node gate. */
export class RecordsBed {
  readonly folder = new InputFolder();
  readonly key: TestKey = testKey();
  /** The path of the public keys. */
  readonly keys: string;

  private constructor() {
    this.keys = this.folder.write("records.jwks", this.key.jwks);
  }

  /** A bed that is removed when the test has finished. */
  static create(): RecordsBed {
    const bed = new RecordsBed();
    onTestFinished(() => bed.folder.remove());
    return bed;
  }

  /** Writes an export of a chain with batches of the given sizes, and returns its path. */
  async export(sizes: readonly number[], edit: (text: string) => string = (text) => text): Promise<string> {
    return this.folder.write("chain.jsonl", edit((await this.chain(sizes)).batches.join("")));
  }

  chain(sizes: readonly number[]): Promise<TestChain> {
    return testChain(sizes, this.key);
  }

  /** Opens a store in a folder of its own. It is closed when the test has finished. */
  store(more: Partial<NodeStoreOptions> = {}): { readonly store: NodeStore; readonly path: string } {
    const path = `${this.folder.path}/store`;
    const store = NodeStore.open({ folder: path, signer: this.key.signer, log: memoryLog(), now: Date.now, ...more });
    onTestFinished(() => store.close());
    return { store, path };
  }
}

/** Records decisions on the Pods `web-FROM` to `web-TO`, in two clusters. */
export async function recordPods(store: NodeStore, from: number, to: number, clusters = ["production"]): Promise<void> {
  for (const cluster of clusters)
    for (let number = from; number <= to; number += 1) await store.record(testDecision(number, cluster));
}
