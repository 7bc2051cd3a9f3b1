/** A call that tells whether the whole of the server works, and how to read its answer. */
export interface ServerSelfTest {
  readonly path: string;
  /** JSON, to be POSTed; a GET without it. */
  readonly body?: string;
  /** What is wrong with an answer; undefined when nothing is. */
  readonly judge: (status: number, text: string) => string | undefined;
}
