import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClassColumn } from '../../../main/dataset/class-column.ts';
import { readImageTable } from '../../../main/dataset/csv.ts';
import { readPartList } from '../../../main/dataset/part-list.ts';
import { temporaryFolder, write } from '../../helpers/images.ts';

function tableOf(text: string, name = 'table.csv'): { folder: string; csv: string } {
  const folder = temporaryFolder();
  for (const path of ['a.png', 'sub/b.png', 'sub/c.png', 'd,e.png']) write(folder, path, 'x');
  return { folder, csv: write(folder, name, text) };
}

describe('readImageTable', () => {
  it('reads columns in any order, headers and labels in any case', async () => {
    const { folder, csv } = tableOf(
      '\ufeffPatient, LABEL ,Magnification,Image,remark\r\np1,Benign,40,a.png,x\r\np2,1,100X,sub\\b.png\r\n"p3",M,200 x,"d,e.png",\r\n',
    );
    const { images, problems } = await readImageTable(csv, folder);
    expect(problems).toEqual([]);
    expect(images).toMatchObject([
      { path: 'a.png', label: 'benign', magnification: 40, patient: 'p1', size: 1 },
      { path: 'sub/b.png', label: 'malignant', magnification: 100, patient: 'p2' },
      { path: 'd,e.png', label: 'malignant', magnification: 200, patient: 'p3' },
    ]);
  });

  it.each([';', '\t'])('reads tables separated by %j', async (d) => {
    const { folder, csv } = tableOf(`path,label,magnification,patient\nsub/b.png,0,2.5,p`.replaceAll(',', d));
    expect((await readImageTable(csv, folder)).images).toMatchObject([{ path: 'sub/b.png', magnification: 2.5 }]);
  });

  it('takes paths relative to the table too', async () => {
    const { folder, csv } = tableOf('path,label,magnification,patient\nc.png,0,40,p\n../a.png,0,40,p', 'sub/table.csv');
    const { images } = await readImageTable(csv, folder);
    expect(images.map((i) => i.path)).toEqual(['sub/c.png', 'a.png']);
  });

  it.each([
    ['a.png,cancer,40,p', 'line 2, column label'],
    ['a.png,0,forty,p', 'line 2, column magnification'],
    ['a.png,0,0,p', 'line 2, column magnification'],
    ['a.png,0,40,', 'line 2, column patient'],
    ['a.png,0,40', 'line 2, column patient'],
    [',0,40,p', 'line 2, column path'],
    ['nothing.png,0,40,p', 'there is no file "nothing.png"'],
    ['sub,0,40,p', 'there is no file "sub"'],
    ['../a.png,0,40,p', '"../a.png" leads out of the folder'],
    ['sub/../../x.png,0,40,p', 'leads out of the folder'],
    ['/etc/passwd,0,40,p', 'leads out of the folder'],
    ['a.png,0,40,p\na.png,0,40,p', 'line 3, column path: "a.png" stands in line 2 already'],
    ['a.png,0,2,5x,p', 'line 2, column path: it has more cells than the first line has columns'],
    ['a.png,0,"1,000x",p', '"1,000x" could be 1 or 1000'],
    ['a.png,0,40.000,p', '"40.000" could be 40 or 40000'],
    ['a.png,0,40,nan', 'column patient: "nan" stands for no patient'],
    ['a.png,0,40,#REF!', 'column patient: "#REF!" stands for no patient'],
  ])('reports the row %j', async (rows, message) => {
    const { folder, csv } = tableOf(`path,label,magnification,patient\n${rows}\nsub/b.png,1,40,q\n`);
    const { images, problems } = await readImageTable(csv, folder);
    expect(images.at(-1)).toMatchObject({ path: 'sub/b.png' });
    expect(problems).toMatchObject([{ code: 'bad-row', path: 'table.csv', message: expect.stringContaining(message) }]);
  });

  it('takes classes of its own where the labels are not benign and malignant, in any case, each as it was written first', async () => {
    const rows = ['G1', 'g2', 'Normal', 'g1', 'n/a', 'G2'].map(
      (label, i) => `${['a.png', 'sub/b.png', 'sub/c.png', '"d,e.png"', 'a.png', 'a.png'][i]},${label},40,p${i}`,
    );
    const { folder, csv } = tableOf(`path,label,magnification,patient\n${rows.join('\n')}`);
    const { images, problems } = await readImageTable(csv, folder);
    expect(images.map((i) => i.label)).toEqual(['g2', 'Normal', 'G1']);
    expect(problems[0].message).toContain('line 6, column label: "n/a" names no class');
  });

  it.each([
    ['0 1 2 3 0 1 2 3 0 1 2 3', ['0', '1', '2', '3']],
    [
      'benign malignant b m 0 1 0.0 1.0',
      ['benign', 'malignant', 'benign', 'malignant', 'benign', 'malignant', 'benign', 'malignant'],
    ],
    ['benign malignant benign malignent', ['benign', 'malignant', 'benign', null]],
    ['A B C M A B C M A B C M', ['A', 'B', 'C', 'M']],
  ])('reads the classes %j', (words, classes) => {
    const cells = words.split(' ');
    const column = readClassColumn(cells);
    expect(cells.slice(0, classes.length).map((cell) => column.classOf(cell))).toEqual(classes);
  });

  it('refuses a column that holds no classes', () => {
    expect(() => readClassColumn(['tumour', 'Tumour', ''])).toThrow(/has 1 different class \("tumour"\); it takes 2 to 50/);
    expect(() => readClassColumn(Array.from({ length: 60 }, (_, i) => `id ${i}`))).toThrow(
      /60 different classes \("id 0", .*\.\.\.\)/,
    );
  });

  it('uses neither of two rows that contradict each other', async () => {
    const { folder, csv } = tableOf('path,label,magnification,patient\na.png,0,40,p\nsub/b.png,1,40,q\na.png,1,40,p\n');
    const { images, problems } = await readImageTable(csv, folder);
    expect(images.map((i) => i.path)).toEqual(['sub/b.png']);
    expect(problems).toMatchObject([
      { message: expect.stringContaining('line 4, column path: "a.png" stands in line 2 already, but not') },
    ]);
  });

  it('reads a low magnification of three decimals, headers of two words, bars, and sep= before line ends of old Macs', async () => {
    const two = tableOf('File Name|Class|Magnification|Patient ID\na.png|0|0.625x|p');
    expect((await readImageTable(two.csv, two.folder)).images).toMatchObject([{ magnification: 0.625, patient: 'p' }]);
    const mac = tableOf('sep=;\rpath;label;magnification;patient\ra.png;0;40;p\r');
    expect((await readImageTable(mac.csv, mac.folder)).images).toMatchObject([{ path: 'a.png', patient: 'p' }]);
  });

  it('refuses a column that is there twice, and says what a lost quotation mark is', async () => {
    const twice = tableOf('path,label,label,magnification,patient\na.png,0,1,40,p');
    await expect(readImageTable(twice.csv, twice.folder)).rejects.toThrow('two columns "label"');
    const open = tableOf('path,label,magnification,patient\n"a.png,0,40,p\nsub/b.png,1,40,q');
    await expect(readImageTable(open.csv, open.folder)).rejects.toThrow('a quotation mark (") opens a cell and none closes it');
    const list = tableOf('name,part\nd,e.png,train');
    await expect(readPartList(list.csv)).rejects.toThrow('line 2, column name: the line has more cells');
  });

  it('refuses a table without its columns, and a table that is not there', async () => {
    const { folder, csv } = tableOf('path,label,patient\na.png,0,p\n');
    await expect(readImageTable(csv, folder)).rejects.toMatchObject({ code: 'bad-input', details: { field: 'magnification' } });
    await expect(readImageTable(join(folder, 'no.csv'), folder)).rejects.toMatchObject({ code: 'not-found' });
    await expect(readImageTable(write(folder, 'empty.csv', ''), folder)).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('tables as people have them', () => {
  const rows = 'path,label,magnification,patient\na.png,1.0,40.0,p\nsub/b.png,0.0,"2,5",q\n';
  const images = async (content: string | Uint8Array) => {
    const { folder } = tableOf('');
    const { images, problems } = await readImageTable(write(folder, 't.csv', content), folder);
    return {
      folder,
      problems,
      found: images.map(({ path, label, magnification, patient }) => [path, label, magnification, patient]),
    };
  };
  const expected = [
    ['a.png', 'malignant', 40, 'p'],
    ['sub/b.png', 'benign', 2.5, 'q'],
  ];

  it.each([
    ['decimal labels', rows],
    ['sep=;', `sep=;\r\n${rows.replaceAll(',', ';').replace('"2;5"', '2,5')}`],
    ['UTF-16', Buffer.from(`\ufeff${rows}`, 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${rows}`, 'utf16le').swap16()],
    ['another case, no extension', rows.replace('a.png', 'A.PNG').replace('sub/b.png', '.\\SUB\\b')],
  ])('%s', async (_, content) => expect(await images(content)).toMatchObject({ found: expected, problems: [] }));

  it('Latin-1, and that is told', async () => {
    const latin = Buffer.from(rows.replace(',q', ',M\u00fcller'), 'latin1');
    const { found, problems } = await images(latin);
    expect(found[1][3]).toBe('M\u00fcller');
    expect(problems).toMatchObject([
      { code: 'table-converted', path: 't.csv', message: expect.stringContaining('Windows-1252') },
    ]);
  });

  it('file names in either Unicode form', async () => {
    const folder = temporaryFolder();
    write(folder, 'Mu\u0308ller.png', 'x');
    const csv = write(folder, 't.csv', 'path,label,magnification,patient\nM\u00fcller.png,1,40,p\n');
    expect(await readImageTable(csv, folder)).toMatchObject({ images: [{ path: 'Mu\u0308ller.png' }], problems: [] });
  });

  it('a name that two files have but for case is not guessed', async () => {
    const folder = temporaryFolder();
    write(folder, 'a.png', 'x');
    write(folder, 'A.png', 'x');
    const csv = write(folder, 't.csv', 'path,label,magnification,patient\nA.PNG,1,40,p\na.png,0,40,q\n');
    const { images, problems } = await readImageTable(csv, folder);
    expect(images).toMatchObject([{ path: 'a.png', patient: 'q' }]);
    expect(problems[0].message).toContain('"A.PNG" could be A.png or a.png');
  });

  it.each([
    ['a workbook', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(50)]), 'is a workbook'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1000000', 'hex'), 'is a workbook'],
    ['no text', Buffer.from('path,label\0\0\0'), 'is not a text file'],
    ['a first line alone', 'path,label,magnification,patient\n', 'no rows below it'],
    ['nothing', '', 'is empty'],
  ])('%s is refused in words', async (_, content, message) => {
    await expect(images(content)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining(message) });
  });

  it('words of JavaScript are words like others', async () => {
    const { found, problems } = await images(
      'constructor,path,label,magnification,patient\n1,a.png,constructor,40,p\n2,sub/b.png,1,40,__proto__\n3,sub/c.png,__proto__,40,p\n4,"d,e.png",0,40,q\n',
    );
    expect(found).toEqual([
      ['sub/b.png', 'malignant', 40, '__proto__'],
      ['d,e.png', 'benign', 40, 'q'],
    ]);
    expect(problems.map((p) => p.message)).toEqual([
      expect.stringContaining('line 2, column label: "constructor" is neither'),
      expect.stringContaining('line 4, column label: "__proto__" is neither'),
    ]);
  });
});

describe('readPartList', () => {
  it('reads names and parts', async () => {
    const { csv } = tableOf('name,part\na.png,train\nb.png,Val\nc.png,TEST\n');
    expect((await readPartList(csv)).map(({ line, name, part }) => [line, name, part])).toEqual([
      [2, 'a.png', 'train'],
      [3, 'b.png', 'validation'],
      [4, 'c.png', 'test'],
    ]);
  });

  it.each([
    ['a.png,exam', 'line 2, column part'],
    ['a.png,constructor', 'line 2, column part'],
    ['a.png,train\na.png,test', 'line 3, column name'],
  ])('refuses %j', async (rows, message) => {
    const { csv } = tableOf(`name,part\n${rows}\n`);
    await expect(readPartList(csv)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining(message) });
  });
});
