/** Removes these characters at the end of a text, in linear time: `/ +$/` starts anew at each blank. */
export function withoutTrailing(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
