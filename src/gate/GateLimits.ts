/** Limits of a gate. All bytes are numbers of bytes. */
export interface GateLimits {
  /** The longest body that is judged. */
  readonly bodyBytes: number;
  /** Bodies of all calls that are being received. The one that takes longest makes room for the others. */
  readonly receivedBytes: number;
  /** Calls that are judged at one time. A further call gets 503. */
  readonly callsInFlight: number;
  /** The memory that one body takes once it is parsed. A review that takes more is denied. */
  readonly callBytes: number;
  /** The memory that the bodies of all calls take that are judged at one time. A further call gets 503. */
  readonly bytesInFlight: number;
}

/** The memory of a process, in bytes. */
export interface ProcessMemory {
  /** What the JavaScript heap can grow to. */
  readonly heapBytes: number;
  /** What the whole process can take: the limit of its container, or the memory of the machine. */
  readonly totalBytes: number;
}

const MEBIBYTE = 1024 * 1024;
/** A stored object has at most 2 MiB, a review has two of them, and the API server escapes `<`, `>` and `&` six-fold. */
const MAX_BODY_BYTES = 20 * MEBIBYTE;
const MAX_RECEIVED_BYTES = 128 * MEBIBYTE;
const MAX_CALLS = 256;
/**
 * The more a call may take, the longer it is parsed. Two custom resources of 1.5 MiB, which is what etcd stores at most by
 * default, take 40 MiB by the estimate.
 */
const MAX_CALL_BYTES = 96 * MEBIBYTE;
const MIN_CALL_BYTES = 32 * MEBIBYTE;
const MAX_BYTES_IN_FLIGHT = 512 * MEBIBYTE;
/** The heap of a gate at rest has 20 MiB. The rest is for what policies make of a review. */
const HEAP_AT_REST = 64 * MEBIBYTE;
/** What a process takes at rest, heap included, and buffers that it has not collected yet. */
const PROCESS_AT_REST = 256 * MEBIBYTE;
/** What a process takes at rest beside its heap. */
const BESIDE_HEAP = 96 * MEBIBYTE;
/** The part of the free heap that bodies may take. */
const HEAP_SHARE = 0.75;
/** Parts of the memory above {@link PROCESS_AT_REST} where a thread judges large reviews. */
const SHARES = { thread: 0.5, judged: 0.3, received: 0.15 };
/** The heap of that thread has room for one call, half of it again, and its own code. */
const THREAD_FACTOR = 1.5;
const THREAD_AT_REST = 48 * MEBIBYTE;

/**
 * The limits that fit into the memory of a process that judges all reviews in one thread. A call may take half of what all
 * may take, at most 96 MiB.
 */
export function limitsForMemory({ heapBytes, totalBytes }: ProcessMemory): GateLimits {
  const heap = Math.min(heapBytes, totalBytes - BESIDE_HEAP);
  const bytesInFlight = within(2 * MIN_CALL_BYTES, (heap - HEAP_AT_REST) * HEAP_SHARE, MAX_BYTES_IN_FLIGHT);
  const callBytes = Math.min(bytesInFlight / 2, MAX_CALL_BYTES);
  const receivedBytes = (totalBytes - heap - BESIDE_HEAP) / 2;
  return wholeLimits({ callBytes, bytesInFlight, receivedBytes });
}

/**
 * The limits of a process that judges large reviews in a thread of its own, and the heap of that thread:
 *
 * | limit | value | with 512 MiB, of which 256 MiB are heap |
 * |---|---|---|
 * | heap of the thread | half of the memory above 256 MiB, 96 to 192 MiB | 128 MiB |
 * | `callBytes` | two thirds of that heap above 48 MiB | 53 MiB |
 * | `bodyBytes` | half of `callBytes`, at most 20 MiB | 20 MiB |
 * | `bytesInFlight` | 30 % of the memory above 256 MiB, at most three quarters of the heap above 64 MiB, at most 512 MiB | 77 MiB |
 * | `receivedBytes` | 15 % of the memory above 256 MiB, at most 128 MiB, at least one body | 38 MiB |
 * | `callsInFlight` | 256 | 256 |
 */
export function limitsWithThread({ heapBytes, totalBytes }: ProcessMemory): {
  readonly limits: GateLimits;
  readonly threadHeapBytes: number;
} {
  const free = totalBytes - PROCESS_AT_REST;
  const threadHeapBytes = Math.floor(
    within(
      MIN_CALL_BYTES * THREAD_FACTOR + THREAD_AT_REST,
      free * SHARES.thread,
      MAX_CALL_BYTES * THREAD_FACTOR + THREAD_AT_REST,
    ),
  );
  const callBytes = (threadHeapBytes - THREAD_AT_REST) / THREAD_FACTOR;
  const heap = Math.max(0, (heapBytes - HEAP_AT_REST) * HEAP_SHARE);
  const bytesInFlight = within(MIN_CALL_BYTES / 2, Math.min(heap, free * SHARES.judged), MAX_BYTES_IN_FLIGHT);
  return { limits: wholeLimits({ callBytes, bytesInFlight, receivedBytes: free * SHARES.received }), threadHeapBytes };
}

/** For a runtime whose memory is not known: those of 2 GiB. */
export const defaultLimits: GateLimits = limitsForMemory({ heapBytes: 1024 * MEBIBYTE, totalBytes: 2048 * MEBIBYTE });

function wholeLimits(given: Pick<GateLimits, "callBytes" | "bytesInFlight" | "receivedBytes">): GateLimits {
  const bodyBytes = Math.floor(Math.min(given.callBytes / 2, MAX_BODY_BYTES));
  return {
    bodyBytes,
    receivedBytes: Math.floor(within(bodyBytes, given.receivedBytes, MAX_RECEIVED_BYTES)),
    callsInFlight: MAX_CALLS,
    callBytes: Math.floor(given.callBytes),
    bytesInFlight: Math.floor(given.bytesInFlight),
  };
}

function within(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
