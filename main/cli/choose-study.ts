import { LabError } from '../../shared/contract/errors.ts';
import type { StudySummary } from '../../shared/contract/results.ts';
import type { Lab } from '../lab/lab.ts';
import { log } from './output.ts';

/** The named study of the open project, or its last one. @throws LabError "not-found" */
export async function chooseStudy(lab: Lab, name?: string): Promise<StudySummary> {
  const studies = await lab.services['studies.list']({});
  for (const { message } of await lab.services['projects.problems']({})) log(`Cannot be used: ${message}`);
  const study = name === undefined ? studies.at(-1) : studies.find((s) => s.name === name);
  if (study) return study;
  const known = studies.map((s) => `"${s.name}"`).join(', ');
  throw new LabError(
    'not-found',
    name === undefined ? 'This project has no study yet.' : `This project has no study "${name}"; it has ${known || 'none'}.`,
    { field: 'study' },
  );
}
