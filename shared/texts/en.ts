/**
 * What people read and both sides need: the page, the desktop's menu and dialogs, the command line. What only the page shows is in
 * renderer/locales. A parameter stands in braces; "&" marks the letter that opens a menu item.
 */
export const en = {
  screens: {
    start: 'Start',
    data: 'Data',
    plan: 'Plan',
    run: 'Run',
    results: 'Results',
    settings: 'Settings',
  },
  menu: {
    file: '&File',
    view: '&View',
    study: '&Study',
    recent: 'Open &Recent',
    noRecent: 'None',
  },
  commands: {
    newProject: '&New Project…',
    openProject: '&Open Project…',
    openDemo: 'Try with &Demo Tissue',
    indexFolder: '&Index a Folder…',
    closeProject: '&Close Project',
    pauseStudies: '&Pause Running Trials',
  },
  dialogs: {
    chooseDataset: 'Folder of Images',
    chooseProject: 'Magnilab Project',
    chooseReport: 'Folder for the Report',
    choose: 'Choose',
    newProject: 'New Project',
    newProjectName: 'Project',
    create: 'Create',
    myProject: 'My project',
    stopTrials: 'Stop them',
    cancel: 'Cancel',
    notStarted: 'Magnilab could not start',
    researchUseOnly: 'Research use only.',
  },
  quit: {
    message: 'Trials are running.',
    detail:
      'When you stop now, the running trial loses its unfinished epoch. Everything else is kept, and Resume goes on from there.',
    keepGoing: 'Keep Going',
    stop: 'Stop Now and Resume Later',
  },
  notifications: {
    trialFailed: 'A trial failed',
    queueEnded: 'The queue has ended',
    finished: '{study}: {finished} of {all} trials finished.',
    finishedSomeFailed: '{study}: {finished} of {all} trials finished, {failed} failed.',
  },
  /** of tasks: indexing, demo tissue, the runtime */
  phases: {
    starting: 'Starting',
    index: {
      names: 'Looking for images',
      headers: 'Reading image sizes',
      pixels: 'Decoding and comparing pixels',
      verify: 'Comparing with the published manifest',
    },
    demo: { tissue: 'Drawing synthetic tissue' },
    runtime: {
      download: 'Downloading TensorFlow',
      verify: 'Verifying its checksum',
      unpack: 'Unpacking',
      build: 'Building the addon',
      test: 'Testing it',
    },
  },
  trialPhases: {
    starting: 'Starting',
    tuning: 'Measuring the fastest engine',
    decoding: 'Decoding images',
    training: 'Training',
    validating: 'Validating',
    testing: 'Testing',
  },
  metrics: {
    accuracy: { name: 'Accuracy', formula: 'correct images / images' },
    balancedAccuracy: {
      name: 'Balanced accuracy',
      formula:
        'mean over the classes that were tested of (found / images of the class); with two classes (sensitivity + specificity) / 2',
    },
    sensitivity: { name: 'Sensitivity', formula: 'positive found / positive' },
    specificity: { name: 'Specificity', formula: 'negative not taken for positive / negative' },
    f1: { name: 'F1', formula: '2 TP / (2 TP + FP + FN) of the positive class' },
    macroF1: { name: 'Macro F1', formula: 'mean of F1 over the classes that were tested or answered' },
    auc: {
      name: 'AUC',
      formula:
        'chance that a positive image has the larger margin (logarithm of the odds) than a negative one, ties one half; without a positive class the mean over the classes, each against the rest',
    },
    recognitionRate: {
      name: 'Recognition rate',
      formula: 'mean over cases of (correct images / images of the case) (Spanhol et al. 2016)',
    },
  },
  problems: {
    'no-permission': { title: 'No permission', advice: 'Give yourself the right to read it, then index again.' },
    unreadable: { title: 'Unreadable', advice: 'Open it in a viewer; if that fails too, copy it again.' },
    truncated: { title: 'Cut short', advice: 'The copy was interrupted: copy or download this file again.' },
    'zero-bytes': { title: 'Empty file', advice: 'The copy was interrupted: copy or download this file again.' },
    'not-an-image': { title: 'Not an image', advice: 'Remove it, or replace it with the image that its name promises.' },
    'too-large': {
      title: 'Too large',
      advice: 'Cut it into fields of view, or remove it: images of up to 100 megapixels are read.',
    },
    'unsupported-pixels': {
      title: 'Pixels of another kind',
      advice: 'Open it in the program that made it, or in ImageJ, and save one picture a file as 8-bit RGB PNG or TIFF.',
    },
    'left-out': {
      title: 'Files of other kinds',
      advice:
        'Unpack archives; convert pictures to PNG or TIFF without loss. Nothing needs doing if they are no part of the data set.',
    },
    'name-not-understood': {
      title: 'Name not understood',
      advice: 'Rename it as BreakHis does (SOB_M_DC-14-2523-40-010.png), or index with a CSV file that describes your images.',
    },
    'bad-row': { title: 'Row not understood', advice: 'Correct this row of the CSV file, then index again.' },
    'symlink-loop': {
      title: 'Link leads in a circle',
      advice: 'Remove the link, or point it outside the folders that contain it.',
    },
    'changed-against-manifest': {
      title: 'Differs from the published file',
      advice: 'If you did not edit it on purpose, download this file again.',
    },
    'missing-against-manifest': {
      title: 'Missing',
      advice: 'Download the data set again if you expected it to be complete; a part of it can be used as it is.',
    },
    'unknown-to-manifest': {
      title: 'Not in the published data set',
      advice: 'Check where it comes from; remove it if the results are to be compared with published ones.',
    },
    'label-against-folder': {
      title: 'Class contradicts the folder',
      advice: 'The file name decides; move the file to the right folder, or rename it if the folder is right.',
    },
    'table-against-name': {
      title: 'Table contradicts the name',
      advice: 'The table decides; correct its row, or rename the file if the table is right.',
    },
    'patient-spelling': {
      title: 'One patient, several spellings',
      advice: 'They are kept together as one patient. Write them alike, or give different patients names that differ by more.',
    },
    'duplicate-pixels-different-labels': {
      title: 'Same picture, two diagnoses',
      advice: 'Let the split drop duplicates (the default), or remove the copy that is filed wrongly.',
    },
    'duplicate-pixels': {
      title: 'Same picture twice',
      advice: 'Let the split drop duplicates (the default), or remove one copy.',
    },
    'near-duplicate-pixels': {
      title: 'Nearly the same picture',
      advice: 'If one was saved from the other, remove it: a copy on the other side of a split flatters every network.',
    },
    'duplicate-name': { title: 'Same name twice', advice: 'Keep one copy: results are listed by file name.' },
    'sloppy-metadata': {
      title: 'Odd header',
      advice: 'Nothing needs doing: the pixels decode whole and are used. A picture saved again has a tidy header.',
    },
    'converted-pixels': {
      title: 'Converted to 8 bits',
      advice: 'Nothing needs doing: the upper 8 of 16 bits are used, for all images alike.',
    },
    'table-converted': {
      title: 'How the table was read',
      advice: 'Nothing needs doing if names and patients look right; saved as UTF-8, the table needs no guess.',
    },
    'unexpected-size': { title: 'Unusual size', advice: 'Nothing needs doing: images are resized for every network alike.' },
  },
} as const;
