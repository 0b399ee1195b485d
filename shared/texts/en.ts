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
    try: 'Try',
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
    openFinishedDemo: 'See &Finished Results',
    openDemo: 'Try with &Demo Tissue',
    indexFolder: '&Read a Folder…',
    closeProject: '&Close Project',
    pauseStudies: '&Pause Training',
  },
  reports: {
    sections: {
      answer: 'Question and answer',
      matrices: 'Trained on one magnification, tested on all',
      means: 'Means, and what the paper reports',
      'rescaled-matrices': 'Tested at the pixel size of training',
      'scale-curves': 'Scale curves',
      robustness: 'Robustness',
      comparisons: 'What can be told apart',
      confusions: 'Confusion matrices',
      reliability: 'Calibration',
      roc: 'ROC curves',
      cost: 'Cost and robustness',
      errors: 'Errors',
      cases: 'Cases at every magnification',
      data: 'Data and split',
      settings: 'Settings',
      metrics: 'All metrics',
      environment: 'Environment',
      cite: 'How to cite',
    },
    formats: {
      html: 'Page (HTML)',
      pdf: 'PDF',
      tex: 'Tables for TeX',
      markdown: 'Tables in Markdown',
      csv: 'Tables as CSV',
      svg: 'Figures as SVG',
      png: 'Figures as PNG',
      data: 'Predictions and settings',
      texts: 'Methods, checklist, citations',
      tensorboard: 'TensorBoard',
    },
  },
  dialogs: {
    chooseDataset: 'Folder of Images',
    chooseArchive: 'Archive of Images',
    chooseUnpack: 'Where to Unpack',
    chooseProject: 'Magnilab Project',
    chooseReport: 'Folder for the Report',
    chooseImage: 'Image',
    chooseImages: 'Folder of Images to Try',
    chooseWheels: 'Folder of wheels',
    chooseWeights: 'Weights (safetensors)',
    archiveFiles: 'Archives',
    imageFiles: 'Images',
    weightsFiles: 'Weights',
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
    message: 'Training runs are not finished.',
    detail:
      'When you stop now, the training run loses its unfinished epoch. Everything else is kept, and Resume goes on from there.',
    keepGoing: 'Keep Going',
    stop: 'Stop Now and Resume Later',
  },
  notifications: {
    trialFailed: 'A training run failed',
    queueEnded: 'The queue has ended',
    finished: '{study}: {finished} of {all} training runs finished.',
    finishedSomeFailed: '{study}: {finished} of {all} training runs finished, {failed} failed.',
  },
  /** of tasks: indexing, demo tissue, the runtime */
  phases: {
    starting: 'Starting',
    index: {
      unpack: 'Unpacking the archive',
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
    precision: {
      name: 'Precision',
      formula: 'TP / (TP + FP) of the positive class; without a positive class the mean over the classes that were answered',
    },
    f1: { name: 'F1', formula: '2 TP / (2 TP + FP + FN) of the positive class' },
    macroF1: { name: 'Macro F1', formula: 'mean of F1 over the classes that were tested or answered' },
    mcc: {
      name: 'MCC',
      formula:
        "Matthews' correlation of truth and answer, from -1 to 1, 0 by chance; not defined where all images have one truth or one answer",
    },
    auc: {
      name: 'AUC',
      formula:
        'chance that a positive image has the larger margin (logarithm of the odds) than a negative one, ties one half; without a positive class the mean over the classes, each against the rest',
    },
    brier: {
      name: 'Brier score',
      formula:
        'mean of (probability - what happened)\u00b2; with more than two classes the sum over the classes. 0 is perfect; always saying one half gives 0.25',
    },
    logLoss: {
      name: 'Log loss',
      formula: 'mean of -log(probability of the true class), from margins. 0 is perfect; always saying one half gives 0.693',
    },
    ece: {
      name: 'Calibration error (ECE)',
      formula:
        'mean over 10 bins of probability, weighted by their images, of |share that came true - mean probability|; of the positive class, without one of the answer given',
    },
    calibrationSlope: {
      name: 'Calibration slope',
      formula:
        'slope of the logarithm of the odds on the margin, by maximum likelihood. 1 is perfect, below 1 overconfident; not defined where the margin parts the classes',
    },
    calibrationIntercept: {
      name: 'Calibration intercept',
      formula: 'intercept of the same line. 0 is perfect, below 0 the positive class is said too often',
    },
    recognitionRate: {
      name: 'Recognition rate',
      formula: 'mean over cases of (correct images / images of the case) (Spanhol et al. 2016)',
    },
    patientAccuracy: {
      name: 'Patient accuracy',
      formula:
        'cases answered rightly / cases; a case is answered by the mean margin of its images, and left out if they have two truths',
    },
    patientBalancedAccuracy: {
      name: 'Patient balanced accuracy',
      formula: 'mean over the classes that were tested of (found / cases of the class)',
    },
    patientSensitivity: { name: 'Patient sensitivity', formula: 'positive cases found / positive cases' },
    patientSpecificity: {
      name: 'Patient specificity',
      formula: 'negative cases not taken for positive / negative cases',
    },
    patientAuc: {
      name: 'Patient AUC',
      formula:
        'chance that a positive case has the larger mean margin than a negative one, ties one half; without a positive class the mean over the classes, each against the rest',
    },
  },
  problems: {
    'no-permission': { title: 'No permission', advice: 'Give yourself the right to read it, then read the folder again.' },
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
        'Read archives by themselves or unpack them; convert pictures to PNG or TIFF without loss. Nothing needs doing if they are no part of the data set.',
    },
    'name-not-understood': {
      title: 'Name not understood',
      advice:
        'Rename it as BreakHis does (SOB_M_DC-14-2523-40-010.png), or read the folder with a CSV file that describes your images.',
    },
    'bad-row': { title: 'Row not understood', advice: 'Correct this row of the CSV file, then read the folder again.' },
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
