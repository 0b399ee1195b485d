import { LabError } from '../../shared/contract/errors.ts';
import { liesInside } from '../project/project.ts';

/**
 * Nothing is ever written into a folder of images.
 * @param what is to be written there: "project", "report"
 * @throws LabError "bad-input"
 */
export async function requireOutsideData(path: string, dataFolder: string, what: string): Promise<void> {
  if (!(await liesInside(path, dataFolder))) return;
  const message = `The ${what} ${path} would lie in the folder of the images, ${dataFolder}, where Magnilab writes nothing. Choose another place.`;
  throw new LabError('bad-input', message, { field: 'folder', path });
}
