import { describe, expect, it } from 'vitest';
import { readJsonText } from '../../../main/platform/json-text.ts';

const read = (text: string, encoding: BufferEncoding = 'utf8') => readJsonText(Buffer.from(text, encoding));

describe('JSON that people write', () => {
  it('may begin with a byte order mark, and have one name in several objects', () => {
    expect(read('\ufeff{"a": {"b": 1}, "c": [{"b": "x: {\\"b\\": 1}"}, {"b": 3}]}')).toEqual({
      value: { a: { b: 1 }, c: [{ b: 'x: {"b": 1}' }, { b: 3 }] },
    });
  });

  it.each<[string, string]>([
    ['{"seeds": [0],\n "seeds": [7]}', 'the field "seeds" is in it twice'],
    ['{"training": {"epochs": 3, "\\u0065pochs": 30}}', 'the field "epochs" is in it twice'],
    ['{\n "a": 1,\n}', 'line 3: it is not written as JSON (no comments'],
    ['// mine\n{}', '"/" cannot stand there (no comments'],
    ["{'a': 1}", 'double quotation marks only'],
    ['{"a": [1,', 'it ends early'],
    [' \n', 'it is empty'],
  ])('%j: %s', (text, fault) => expect(read(text)).toEqual({ fault: expect.stringContaining(fault) as string }));

  it('says how to save what an editor saved as UTF-16', () => {
    expect(read('\ufeff{"a": 1}', 'utf16le')).toEqual({ fault: 'it is saved as UTF-16: save it as UTF-8' });
  });
});
