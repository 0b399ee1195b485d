import { describe, expect, it } from 'vitest';
import { type ListedPart, matchPartList, requireWholeList } from '../../../main/dataset/part-list.ts';
import type { Part } from '../../../shared/contract/dataset.ts';
import { imageNamed } from '../../helpers/images.ts';

const FOLDER = '/data/breast';
const paths = [
  'a/SOB_M_DC_14-2523/SOB_M_DC-14-2523-40-001.png',
  'a/SOB_M_DC_14-2523/SOB_M_DC-14-2523-40-002.png',
  'b/SOB_B_A-14-22549AB-40-001.png',
  'b/SOB_B_A-14-22549CD-40-001.png',
];
const images = paths.map((path, id) => imageNamed(path.slice(path.lastIndexOf('/') + 1), id, { path }));
const list = (...names: (string | [string, Part])[]): ListedPart[] =>
  names.map((name, i) =>
    typeof name === 'string' ? { line: i + 2, name, part: 'train' } : { line: i + 2, name: name[0], part: name[1] },
  );
const meant = (name: string) => [...matchPartList(list(name), images, FOLDER).partOf.keys()].map((path) => paths.indexOf(path));

describe('a row of a split list', () => {
  it.each([
    ['a path', paths[0], [0]],
    ['a file name', 'SOB_M_DC-14-2523-40-001.png', [0]],
    ['another case', 'sob_m_dc-14-2523-40-001.PNG', [0]],
    ['no extension', 'SOB_M_DC-14-2523-40-002', [1]],
    ['"./"', `./${paths[2]}`, [2]],
    ['Windows', 'b\\SOB_B_A-14-22549AB-40-001.png', [2]],
    ['absolute', `${FOLDER}/${paths[3]}`, [3]],
    ['absolute on another machine', `D:\\images\\${paths[3].replace('/', '\\')}`, [3]],
    ['beside the list', `breast/${paths[3]}`, [3]],
    ['a slide', 'SOB_M_DC-14-2523', [0, 1]],
    ['a slide as a folder', 'SOB_M_DC_14-2523', [0, 1]],
    ['a slide in another spelling', 'sob b a 14 22549ab', [2]],
    ['a case', '14-22549', [2, 3]],
    ['a folder', 'b/', [2, 3]],
    ['nothing that is there', 'SOB_M_DC-14-2523-40-003.png', []],
    ['a path of another folder', `c/${paths[3].slice(2)}`, []],
    ['a word of JavaScript', 'constructor', []],
  ])('%s', (_, name, expected) => expect(meant(name)).toEqual(expected));

  it('in either Unicode form, and never by guess', () => {
    const own = (path: string) => ({ ...images[0], path, name: path });
    const find = (name: string, ...names: string[]) => [...matchPartList(list(name), names.map(own), FOLDER).partOf.keys()];
    expect(find('M\u00fcller.png', 'Mu\u0308ller.png')).toEqual(['Mu\u0308ller.png']);
    expect(find('A.PNG', 'a.png', 'A.png')).toEqual([]);
    expect(find('a.png', 'a.png', 'A.png')).toEqual(['a.png']);
    expect(find('a', 'a.png', 'a.tif')).toEqual([]);
    expect(find('a.png', 'x/a.png', 'y/a.png')).toEqual(['x/a.png', 'y/a.png']);
  });
});

describe('a list', () => {
  it('may not put an image into two parts', () => {
    const twice = list('14-22549', ['SOB_B_A-14-22549CD-40-001.png', 'test']);
    expect(() => matchPartList(twice, images, FOLDER)).toThrow(
      expect.objectContaining({ code: 'bad-input', message: expect.stringContaining('Lines 2 ("14-22549", train) and 3') }),
    );
  });

  it('is refused by name where rows or images have no partner', () => {
    const rows = list(paths[0], 'nobody.png', 'SOB_B_A-14-22549CD');
    const matched = matchPartList(rows, images, FOLDER);
    expect(() => requireWholeList(matched, rows.length, '/x/list.csv')).toThrow(
      expect.objectContaining({
        code: 'bad-input',
        message: `list.csv: 1 of 3 rows name no image of the data set (line 3: nobody.png); 2 of 4 images stand in no row (${paths[1]}, ${paths[2]}). Correct the list, or write "unlisted": "leave out" into the plan's split to go on without them.`,
        details: { field: 'file', rows: [{ line: 3, name: 'nobody.png' }], images: [paths[1], paths[2]] },
      }),
    );
    const whole = list('SOB_M_DC-14-2523', '14-22549');
    requireWholeList(matchPartList(whole, images, FOLDER), 2, 'list.csv');
  });
});
