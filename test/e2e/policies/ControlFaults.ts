/** The faults of a Pod by control: the words of the reason, and the words of all details. Numbers of nouns and verbs do not count. */
export type ControlFaults = ReadonlyMap<string, ReadonlySet<string>>;

/** A reason and what it is about. */
export interface ControlFault {
  readonly reason: string;
  readonly detail: string;
}

const SINGULAR: Readonly<Record<string, string>> = {
  containers: "container",
  volumes: "volume",
  types: "type",
  annotations: "annotation",
  hostPorts: "hostPort",
  hosts: "host",
  profiles: "profile",
  use: "uses",
};

/** Groups faults by their reason, as the names and values that they tell. */
export function controlFaults(faults: readonly ControlFault[]): ControlFaults {
  const byReason = new Map<string, Set<string>>();
  for (const { reason, detail } of faults) {
    const key = words(reason).join(" ");
    const told = byReason.get(key) ?? new Set();
    byReason.set(key, told);
    for (const word of words(detail)) told.add(word);
  }
  return byReason;
}

/** The faults that messages of the form `REASON (DETAIL)` tell, with or without a prefix. Throws for another message. */
export function faultsOfMessages(messages: readonly string[]): ControlFault[] {
  return messages.map((message) => {
    const [, reason, detail] = /^([^(]+) \((.*)\)$/s.exec(message) ?? [];
    if (reason === undefined || detail === undefined) throw new Error(`${message} names no control`);
    return { reason, detail };
  });
}

/** Lines about what two answers tell differently. Empty when they are equal. */
export function faultDifferences(expected: ControlFaults, found: ControlFaults): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((reason) => {
    const [theirs, ours] = [expected, found].map((it) => [...(it.get(reason) ?? ["no fault"])].sort().join(" "));
    return theirs === ours ? [] : [`${reason}: expected ${theirs}; found ${ours}`];
  });
}

/** Quoted names stay as they are, also with spaces. */
function words(text: string): string[] {
  const found = text.match(/"[^"]*"|[^\s",;]+/g) ?? [];
  return found.map((word) => SINGULAR[word] ?? word).filter((word) => word !== "and");
}
