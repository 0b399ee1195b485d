import { checkPlan } from './check-plan.ts';
import { imagesMissingFrom, openImages, summariseImages } from './images.ts';
import { makeIndex, storeIndex, unpackImages } from './make-index.ts';
import { exportReport, previewReport, reportWords } from './report.ts';
import { caseImages, cellImages, compareStudies, studyCells, studyResults } from './results.ts';
import { smallPicture, smallWebp } from './small-picture.ts';
import { previewSplit } from './split.ts';
import { stageStudy } from './stage-study.ts';
import { testedImage } from './tested-image.ts';
import { unpackDemo } from './unpack-demo.ts';
import { trainedNetwork } from './trained-network.ts';
import { openPicture } from './tried-picture.ts';
import { dataAreAway, readTrials, trialHistory, trialTurn } from './trials.ts';

/**
 * Every function of the compute threads. What stands before the dot says which thread runs it: functions that read the same things
 * share a thread, so that these are read once. Inputs and answers are copied between threads, on the lab's thread too: they are small.
 */
export const functions = {
  /** long work; nothing else waits for it */
  'index.unpack': unpackImages,
  'index.make': makeIndex,
  'index.store': storeIndex,

  'demo.unpack': unpackDemo,

  'images.open': openImages,
  'images.summary': summariseImages,
  'images.missing': imagesMissingFrom,
  'images.split': previewSplit,
  'images.check': checkPlan,
  'images.stage': stageStudy,

  /** decodes whole images, so nothing else waits for it */
  'pictures.small': smallPicture,
  'pictures.smallOfFile': smallWebp,
  'pictures.open': openPicture,

  'trials.read': readTrials,
  'trials.turn': trialTurn,
  'trials.history': trialHistory,
  'trials.away': dataAreAway,
  'trials.results': studyResults,
  'trials.compare': compareStudies,
  'trials.cells': studyCells,
  'trials.images': cellImages,
  'trials.case': caseImages,
  'trials.tested': testedImage,
  'trials.network': trainedNetwork,
  'trials.report': previewReport,
  'trials.words': reportWords,
  'trials.export': exportReport,
} as const;

export type Functions = typeof functions;
export type FunctionName = keyof Functions;
export type FunctionInput<N extends FunctionName> = Parameters<Functions[N]>[0];
export type FunctionOutput<N extends FunctionName> = Awaited<ReturnType<Functions[N]>>;
