/** JSON as people write it by hand: what is wrong with it is told by line, in words. */

const CAUSES = 'no comments, double quotation marks only, and no comma after the last entry are allowed';

/** @returns the value, or a clause that says what keeps the text from being JSON, or from meaning one thing */
export function readJsonText(bytes: Uint8Array): { value: unknown } | { fault: string } {
  const text = new TextDecoder().decode(bytes); // takes off the byte order mark that some editors begin files with
  if (bytes.length >= 2 && (bytes[0] ^ bytes[1]) === 1 && Math.min(bytes[0], bytes[1]) === 0xfe)
    return { fault: 'it is saved as UTF-16: save it as UTF-8' };
  if (text.trim() === '') return { fault: 'it is empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const at = /at position (\d+)/.exec(message)?.[1];
    const seen = /Unexpected token '(.)'/s.exec(message)?.[1];
    const line = at === undefined ? '' : `line ${text.slice(0, Number(at)).split('\n').length}: `;
    const what = /end of JSON|Unterminated/.test(message)
      ? 'it ends early'
      : seen
        ? `"${seen}" cannot stand there`
        : 'it is not written as JSON';
    return { fault: `${line}${what} (${CAUSES})` };
  }
  const twice = fieldTwice(text);
  return twice === null ? { value } : { fault: `the field "${twice}" is in it twice, and which one is meant cannot be known` };
}

/** The first field that an object of valid JSON has twice, at any depth: JSON.parse keeps the last without a word. */
function fieldTwice(text: string): string | null {
  const open: Set<string>[] = [];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, -1).trimEnd()) as string;
      const own = open.at(-1)!;
      if (own.has(name)) return name;
      own.add(name);
    }
  }
  return null;
}
