import { Command, CommanderError } from 'commander';
import { version } from '../platform/version.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addExport } from './export-onnx.ts';
import { addIndex } from './index-folder.ts';
import { addModels } from './models.ts';
import { endWithStarter } from './end-with-starter.ts';
import { exitCodeOf, printError } from './output.ts';
import { addPredict } from './predict.ts';
import { addLocate, addVerify } from './project.ts';
import { addReport } from './report.ts';
import { addRuntime } from './runtime.ts';
import { addServe } from './serve.ts';
import { addStudy } from './study.ts';

endWithStarter();
// whoever reads has read enough, e.g. `| head`
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const program = new Command('magnilab')
  .description('Which neural network keeps its accuracy when the magnification changes? Research use only.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(magnilab --help lists the commands)');

const commands = [
  addDemo,
  addIndex,
  addStudy,
  addReport,
  addVerify,
  addLocate,
  addPredict,
  addExport,
  addModels,
  addRuntime,
  addDoctor,
  addServe,
];
for (const add of commands) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2; // help and version are no errors; commander has said what is wrong
  } else {
    printError(error, process.argv.includes('--json'));
    process.exitCode = exitCodeOf(error);
  }
}
