import type { OpenDialogOptions, OpenDialogReturnValue } from 'electron';
import { text } from '../../shared/texts/text.ts';
import type { LabOptions } from '../lab/lab.ts';
import type { JsonFile } from './json-file.ts';

export type Choose = NonNullable<LabOptions['choose']>;
type Purpose = Parameters<Choose>[0];
/** the folder last chosen for each purpose */
export type Folders = Partial<Record<Purpose, string>>;

const DIALOGS: Record<Purpose, OpenDialogOptions> = {
  dataset: { title: text('dialogs.chooseDataset'), properties: ['openDirectory'] },
  archive: {
    title: text('dialogs.chooseArchive'),
    properties: ['openFile'],
    filters: [{ name: text('dialogs.archiveFiles'), extensions: ['zip', 'gz', 'tgz', 'tar'] }],
  },
  unpack: { title: text('dialogs.chooseUnpack'), properties: ['openDirectory', 'createDirectory'] },
  project: { title: text('dialogs.chooseProject'), properties: ['openDirectory', 'createDirectory'] },
  report: { title: text('dialogs.chooseReport'), properties: ['openDirectory', 'createDirectory'] },
  image: {
    title: text('dialogs.chooseImage'),
    properties: ['openFile'],
    filters: [{ name: text('dialogs.imageFiles'), extensions: ['png', 'jpg', 'jpeg', 'tif', 'tiff'] }],
  },
  images: { title: text('dialogs.chooseImages'), properties: ['openDirectory'] },
  weights: {
    title: text('dialogs.chooseWeights'),
    properties: ['openFile'],
    filters: [{ name: text('dialogs.weightsFiles'), extensions: ['safetensors'] }],
  },
  wheels: { title: text('dialogs.chooseWheels'), properties: ['openDirectory'] },
};

/**
 * The native dialog of the desktop, which begins where the last choice for the same purpose was.
 * @param open dialog.showOpenDialog, over the window where there is one
 */
export function nativeChooser(
  open: (options: OpenDialogOptions) => Promise<OpenDialogReturnValue>,
  remembered: JsonFile<Folders>,
): Choose {
  return async (purpose) => {
    const folders = remembered.read();
    const last = folders[purpose];
    const { canceled, filePaths } = await open({
      ...DIALOGS[purpose],
      buttonLabel: text('dialogs.choose'),
      ...(typeof last === 'string' && { defaultPath: last }),
    });
    const path = canceled ? undefined : filePaths[0];
    if (path === undefined) return null;
    remembered.write({ ...folders, [purpose]: path });
    return path;
  };
}
