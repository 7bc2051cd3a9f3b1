/** Codes of Node and OpenSSL in messages, and what they mean. */
const MEANINGS: readonly (readonly [code: RegExp, meaning: string])[] = [
  [/wrong version number/i, "it answers without TLS, such as with plain HTTP"],
  [/\bECONNREFUSED\b/, "connection refused"],
  [/\bECONNRESET\b|\bEPIPE\b/, "connection closed by the server"],
  [/\bEHOSTUNREACH\b|\bENETUNREACH\b/, "no route to the address"],
  [/\bETIMEDOUT\b/, "no answer in time"],
  [/\bENOTFOUND\b|\bENODATA\b/, "no DNS record"],
  [/\bEAI_AGAIN\b|\bESERVFAIL\b/, "the DNS servers do not answer"],
];

/** Says in words what the messages of a failed connection mean, each once. Parts between `; ` that have no code stay. */
export function connectionFault(text: string): string {
  const parts = text.split("; ").map((part) => MEANINGS.find(([code]) => code.test(part))?.[1] ?? part);
  return [...new Set(parts)].join("; ");
}
