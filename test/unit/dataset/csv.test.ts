import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImageTable, readPartList } from '../../../main/dataset/csv.ts';
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
  ])('reports the row %j', async (rows, message) => {
    const { folder, csv } = tableOf(`path,label,magnification,patient\n${rows}\nsub/b.png,1,40,q\n`);
    const { images, problems } = await readImageTable(csv, folder);
    expect(images.at(-1)).toMatchObject({ path: 'sub/b.png' });
    expect(problems).toMatchObject([{ code: 'bad-row', path: 'table.csv', message: expect.stringContaining(message) }]);
  });

  it('refuses a table without its columns, and a table that is not there', async () => {
    const { folder, csv } = tableOf('path,label,patient\n');
    await expect(readImageTable(csv, folder)).rejects.toMatchObject({ code: 'bad-input', details: { field: 'magnification' } });
    await expect(readImageTable(join(folder, 'no.csv'), folder)).rejects.toMatchObject({ code: 'not-found' });
    await expect(readImageTable(write(folder, 'empty.csv', ''), folder)).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('readPartList', () => {
  it('reads names and parts', async () => {
    const { csv } = tableOf('name,part\na.png,train\nb.png,Val\nc.png,TEST\n');
    expect([...(await readPartList(csv))]).toEqual([
      ['a.png', 'train'],
      ['b.png', 'validation'],
      ['c.png', 'test'],
    ]);
  });

  it.each([
    ['a.png,exam', 'line 2, column part'],
    ['a.png,train\na.png,test', 'line 3, column name'],
  ])('refuses %j', async (rows, message) => {
    const { csv } = tableOf(`name,part\n${rows}\n`);
    await expect(readPartList(csv)).rejects.toMatchObject({ code: 'bad-input', message: expect.stringContaining(message) });
  });
});
