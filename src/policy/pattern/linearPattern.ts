import { errorMessage } from "../../telemetry/errorMessage.ts";
import { CacheMemory } from "../match/CacheMemory.ts";

/** A pattern that cannot be matched in linear time, or is not a regular expression. */
export class PatternError extends Error {
  readonly code = "bad-pattern";
  constructor(fault: string) {
    super(fault);
    this.name = "PatternError";
  }
}

/** A regular expression that is matched in linear time, whatever the text. Made by {@link linearPattern}. */
export interface LinearPattern {
  /** As it was written. */
  readonly source: string;
  /** Those of `i`, `s` and `u` that the RegExp was written with; empty for a text. */
  readonly flags: string;
  /** Whether the pattern matches the whole text. */
  test(text: string): boolean;
}

/** Counts such as `{1,63}` are written out as states. A character costs at most one step for each state. */
const MAX_STATES = 2000;
/** Label values and names repeat. A longer text is matched each time. */
const MAX_REMEMBERED_LENGTH = 253;
/** What all patterns of the process remember together: 10,000 of the longest texts at least. Clients choose the texts. */
const memory = new CacheMemory(8 * 1024 * 1024);
/** Memory of an entry beside its characters, in bytes: measured and rounded up. */
const ENTRY_BYTES = 128;

type Character = string | undefined;

/** A point in a match: takes one character, or holds between two, or leads on to others. */
interface State {
  readonly takes?: (character: string) => boolean;
  readonly holds?: (before: Character, after: Character) => boolean;
  next: readonly State[];
  /** The step that reached the state last, so that each step visits it once. */
  step?: number;
}

/** Makes the states of a part of a pattern, given the state that follows. */
type Part = (next: State) => State;

/**
 * Compiles a regular expression that has to match a whole text, and never backtracks: the time grows with the length of
 * the text times the size of the pattern (Thompson, 1968). Accepts what RegExp does and gives the same answers, with the
 * flags `i`, `s` and `u`. `^` and `$` are the ends of the text; the flags `d`, `g`, `m` and `y` have no effect.
 *
 * Throws {@link PatternError} for an invalid expression, for lookaround, backreferences, modifiers, octal escapes and the
 * flag `v`, and for counts that write out to more than 2,000 states.
 */
export function linearPattern(pattern: RegExp | string): LinearPattern {
  const [source, written] = typeof pattern === "string" ? [pattern, ""] : [pattern.source, pattern.flags];
  if (written.includes("v")) throw new PatternError("has the flag v, which is not supported");
  const flags = written.replace(/[dgmy]/g, "");
  try {
    new RegExp(source, flags);
  } catch (error) {
    throw new PatternError(`is not a regular expression: ${errorMessage(error)}`);
  }
  const accept: State = { next: [] };
  const start = compile(source, flags, accept);
  const remembered = new Map<string, boolean>();
  let step = 0;
  return { source, flags, test: (text) => remembered.get(text) ?? remember(text, matches(text)) };

  function remember(text: string, matched: boolean): boolean {
    return text.length > MAX_REMEMBERED_LENGTH
      ? matched
      : memory.remember(remembered, text, matched, 2 * text.length + ENTRY_BYTES);
  }

  function matches(text: string): boolean {
    const characters = flags.includes("u") ? [...text] : text.split("");
    let reached = reach([start], undefined, characters[0]);
    for (const [index, character] of characters.entries()) {
      const taken = reached.flatMap(({ takes, next }) => (takes?.(character) === true ? next : []));
      if (taken.length === 0) return false;
      reached = reach(taken, character, characters[index + 1]);
    }
    return reached.includes(accept);
  }

  /** All states that can be reached from these without taking a character. */
  function reach(pending: State[], before: Character, after: Character): State[] {
    step += 1;
    const reached: State[] = [];
    for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
      if (state.step === step) continue;
      state.step = step;
      reached.push(state);
      if (state.takes === undefined && state.holds?.(before, after) !== false) pending.push(...state.next);
    }
    return reached;
  }
}

/** The first state of a pattern. Recursion is as deep as its parentheses. */
function compile(source: string, flags: string, accept: State): State {
  try {
    return readPattern(source, flags)(accept);
  } catch (error) {
    if (error instanceof RangeError) throw new PatternError("is nested too deeply");
    throw error;
  }
}

/** Reads a regular expression that RegExp accepts. */
function readPattern(source: string, flags: string): Part {
  const atoms = new Map<string, (character: string) => boolean>();
  const escapes = flags.includes("u") ? `u\\{\\w+\\}|u[dD][89abAB]..\\\\u[dD][c-fC-F]..|[pP]\\{[^}]*\\}|` : "";
  const atom = new RegExp(
    `\\\\(?:${escapes}x[\\da-fA-F]{2}|u[\\da-fA-F]{4}|c[a-zA-Z]|[^])|\\[(?:\\\\[^]|[^\\]\\\\])*\\]|[^]`,
    `y${flags.replace("i", "")}`,
  );
  let at = 0;
  let states = 0;
  return readAlternatives();

  function take(token: RegExp): readonly (string | undefined)[] {
    token.lastIndex = at;
    const found = token.exec(source) ?? [];
    at += found[0]?.length ?? 0;
    return found;
  }

  function newState(state: State): State {
    states += 1;
    if (states > MAX_STATES) throw new PatternError(`is too large: its counts make more than ${MAX_STATES} states`);
    return state;
  }

  /** Reads to the end or the closing parenthesis. */
  function readAlternatives(): Part {
    const branches: Part[] = [];
    do {
      const parts: Part[] = [];
      while (at < source.length && !"|)".includes(source.charAt(at))) parts.push(readTerm());
      branches.push((next) => parts.reduceRight((after, part) => part(after), next));
    } while (take(/\|/y).length > 0);
    return (next) => newState({ next: branches.map((branch) => branch(next)) });
  }

  function readTerm(): Part {
    const part = readPart();
    const [quantifier, sign, least, comma, most] = take(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (quantifier === undefined) return part;
    const min = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
    const max = sign === "?" ? 1 : (sign ?? most) ? Number(most) : comma === undefined ? min : Number.NaN;
    return (next) => {
      let state = next;
      if (Number.isNaN(max)) {
        state = newState({ next: [] });
        state.next = [part(state), next];
      }
      for (let count = min; count < max; count += 1) state = newState({ next: [part(state), next] });
      for (let count = 0; count < min; count += 1) state = newState({ next: [part(state)] });
      return state;
    };
  }

  function readPart(): Part {
    const [group, kind = ""] = take(/\((\?(?::|<[^=!][^>]*>|<?[=!])?)?/y);
    if (group !== undefined) {
      if (/[=!]$/.test(kind)) throw refused("lookaround", group);
      if (kind === "?") throw refused("modifiers", group);
      const inner = readAlternatives();
      at += 1;
      return inner;
    }
    const [text = ""] = take(atom);
    if (/^\\[1-9k]/.test(text)) throw refused("backreferences", text);
    if (text === "\\c" || (text === "\\0" && /\d/.test(source.charAt(at)))) throw refused("escapes", text);
    const holds = assertionOf(text);
    const takes = atomOf(/^[\]{}]$/.test(text) ? `\\${text}` : text);
    return (next) => newState(holds === undefined ? { takes, next: [next] } : { holds, next: [next] });
  }

  function assertionOf(text: string): State["holds"] {
    if (text === "^") return (before) => before === undefined;
    if (text === "$") return (_, after) => after === undefined;
    if (text !== "\\b" && text !== "\\B") return undefined;
    const isWord = (character: Character): boolean => character !== undefined && atomOf("\\w")(character);
    return (before, after) => (isWord(before) !== isWord(after)) === (text === "\\b");
  }

  /**
   * The test of the part that takes one character. RegExp itself decides, so case folding and classes are the same. The
   * states of `[a-z]{63}` share one, and a step asks it once.
   */
  function atomOf(text: string): (character: string) => boolean {
    const matcher = new RegExp(`^(?:${text})$`, flags);
    let last: string | undefined;
    let result = false;
    const takes = (character: string): boolean => {
      if (character !== last) result = matcher.test(character);
      last = character;
      return result;
    };
    const known = atoms.get(text) ?? takes;
    atoms.set(text, known);
    return known;
  }
}

function refused(feature: string, text: string): PatternError {
  return new PatternError(`has ${text}, and ${feature} like this are not supported: they have no linear time`);
}
