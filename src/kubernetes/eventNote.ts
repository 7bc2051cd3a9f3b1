/** The limit of a note in UTF-8 (NoteLengthLimit, k8s.io/kubernetes/pkg/apis/core/validation/events.go). */
const MAX_BYTES = 1024;

/** A text as the note of an Event: cut between characters to the 1,024 bytes that the API server takes. */
export function eventNote(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MAX_BYTES));
  return text.slice(0, read);
}
