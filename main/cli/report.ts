import { type Command, Option } from 'commander';
import { parseOrThrow } from '../../shared/contract/errors.ts';
import {
  PAPERS,
  REPORT_FORMATS,
  REPORT_SECTIONS,
  type ReportSettings,
  reportSettingsSchema,
} from '../../shared/contract/report.ts';
import { createLab } from '../lab/lab.ts';
import { chooseStudy } from './choose-study.ts';
import { collected } from './collected.ts';
import { print, printJson } from './output.ts';

interface Options extends Chosen {
  out?: string;
  study?: string;
  json?: boolean;
}

interface Chosen {
  title?: string;
  author?: string[];
  notes?: string;
  paper?: string;
  section?: string;
  format?: string;
}

export function addReport(program: Command): void {
  program
    .command('report')
    .description('write the report of a study')
    .argument('<project>', 'project folder')
    .option('--out <folder>', 'where to write it (default: reports/ in the project)')
    .option('--study <name>', 'which study (default: the last one)')
    .option('--title <text>', "title (default: the study's name)")
    .option('--author <name>', 'an author; again for each further one', collected)
    .option('--notes <text>', 'paragraphs after the answer, with an empty line between them')
    .addOption(new Option('--paper <size>', 'of the PDF').choices(PAPERS))
    .option('--section <ids>', `sections, separated by commas, or "all": ${REPORT_SECTIONS.join(', ')}`)
    .option('--format <ids>', `formats, separated by commas, or "all": ${REPORT_FORMATS.join(', ')}`)
    .option('--json', 'print as JSON')
    .action(async (project: string, { out, study, json, ...chosen }: Options) => {
      const lab = createLab({ door: 'browser' });
      try {
        await lab.session.openFolder(project);
        const { name } = await chooseStudy(lab, study);
        const settings = withChosen(await lab.services['reports.settings']({ study: name }), chosen);
        const written = await lab.services['reports.export']({ study: name, folder: out, settings });
        if (json) printJson(written);
        else print(`${written.folder}\n${written.files.map((file) => `  ${file}`).join('\n')}`);
      } finally {
        await lab.close();
      }
    });
}

/** What was kept, with what this command says. @throws LabError "bad-input" that names the field */
function withChosen(kept: ReportSettings, { title, author, notes, paper, section, format }: Chosen): ReportSettings {
  const listed = (text: string, all: readonly string[]) => (text === 'all' ? all : text.split(',').map((id) => id.trim()));
  const given = {
    title,
    authors: author,
    notes,
    paper,
    sections: section && listed(section, REPORT_SECTIONS),
    formats: format && listed(format, REPORT_FORMATS),
  };
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return parseOrThrow(reportSettingsSchema, { ...kept, ...Object.fromEntries(said) }, 'the report');
}
