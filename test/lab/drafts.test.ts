import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createLab } from '../../main/lab/lab.ts';
import { temporaryFolder } from '../helpers/temporary.ts';

it(
  'of drafts that are kept at once the last one stays, whatever they take to write, and is read',
  { timeout: 60_000 },
  async () => {
    const folder = await temporaryFolder();
    process.env.MAGNILAB_STATE = join(folder, 'state');
    const lab = createLab({ door: 'browser' });
    onTestFinished(() => lab.close());
    await lab.services['projects.create']({ name: 'Drafts', folder });
    const large = { name: 'old', text: 'x'.repeat(40_000_000) };
    const kept = [large, { name: 'newer' }, { name: 'newest' }].map((draft) => lab.services['plans.keepDraft']({ draft }));
    expect((await lab.services['plans.draft']({})).draft).toEqual({ name: 'newest' });
    await Promise.all(kept);
    expect((await lab.services['plans.draft']({})).draft).toEqual({ name: 'newest' });
  },
);
