/** The German texts of shared/texts/en.ts, with the same keys: for the page, the desktop's menu and dialogs, and the command line. */
export const de = {
  screens: {
    start: 'Start',
    data: 'Daten',
    plan: 'Plan',
    run: 'Lauf',
    results: 'Ergebnisse',
    try: 'Ausprobieren',
    settings: 'Einstellungen',
  },
  menu: {
    file: '&Datei',
    view: '&Ansicht',
    study: '&Studie',
    recent: '&Zuletzt geöffnet',
    noRecent: 'Keine',
  },
  commands: {
    newProject: '&Neues Projekt…',
    openProject: '&Projekt öffnen…',
    openFinishedDemo: '&Fertige Ergebnisse ansehen',
    openDemo: 'Mit &Demogewebe ausprobieren',
    indexFolder: 'Ordner &einlesen…',
    closeProject: 'Projekt &schließen',
    pauseStudies: '&Laufende Trainingsläufe pausieren',
  },
  reports: {
    sections: {
      answer: 'Frage und Antwort',
      matrices: 'Bei einer Vergrößerung trainiert, bei allen getestet',
      means: 'Mittelwerte, und was das Paper berichtet',
      'rescaled-matrices': 'Getestet bei der Pixelgröße des Trainings',
      'scale-curves': 'Maßstabskurven',
      robustness: 'Robustheit',
      comparisons: 'Was sich unterscheiden lässt',
      confusions: 'Konfusionsmatrizen',
      reliability: 'Kalibrierung',
      roc: 'ROC-Kurven',
      cost: 'Aufwand und Robustheit',
      errors: 'Fehler',
      cases: 'Fälle bei jeder Vergrößerung',
      data: 'Daten und Aufteilung',
      settings: 'Einstellungen',
      metrics: 'Alle Metriken',
      environment: 'Umgebung',
      cite: 'Zitierweise',
    },
    formats: {
      html: 'Seite (HTML)',
      pdf: 'PDF',
      tex: 'Tabellen für TeX',
      markdown: 'Tabellen in Markdown',
      csv: 'Tabellen als CSV',
      svg: 'Abbildungen als SVG',
      png: 'Abbildungen als PNG',
      data: 'Vorhersagen und Einstellungen',
      texts: 'Methoden, Checkliste, Zitate',
      tensorboard: 'TensorBoard',
    },
  },
  dialogs: {
    chooseDataset: 'Bilderordner',
    chooseArchive: 'Bilderarchiv',
    chooseUnpack: 'Wohin entpacken',
    chooseProject: 'Magnilab-Projekt',
    chooseReport: 'Ordner für den Bericht',
    chooseImage: 'Bild',
    chooseImages: 'Bilderordner zum Ausprobieren',
    chooseWheels: 'Ordner mit Wheels',
    chooseWeights: 'Gewichte (safetensors)',
    archiveFiles: 'Archive',
    imageFiles: 'Bilder',
    weightsFiles: 'Gewichte',
    choose: 'Wählen',
    newProject: 'Neues Projekt',
    newProjectName: 'Projekt',
    create: 'Anlegen',
    myProject: 'Mein Projekt',
    stopTrials: 'Stoppen',
    cancel: 'Abbrechen',
    notStarted: 'Magnilab konnte nicht starten',
    researchUseOnly: 'Nur für Forschungszwecke.',
  },
  quit: {
    message: 'Trainingsläufe sind im Gang.',
    detail:
      'Wenn Sie jetzt stoppen, verliert der laufende Trainingslauf seine unfertige Epoche. Alles andere bleibt erhalten, und „Fortsetzen“ macht dort weiter.',
    keepGoing: 'Weiterlaufen lassen',
    stop: 'Jetzt stoppen, später fortsetzen',
  },
  notifications: {
    trialFailed: 'Ein Trainingslauf ist fehlgeschlagen',
    queueEnded: 'Die Warteschlange ist abgearbeitet',
    finished: '{study}: {finished} von {all} Trainingsläufen fertig.',
    finishedSomeFailed: '{study}: {finished} von {all} Trainingsläufen fertig, {failed} fehlgeschlagen.',
  },
  /** of tasks: indexing, demo tissue, the runtime */
  phases: {
    starting: 'Wird gestartet',
    index: {
      unpack: 'Archiv wird entpackt',
      names: 'Bilder werden gesucht',
      headers: 'Bildgrößen werden gelesen',
      pixels: 'Pixel werden dekodiert und verglichen',
      verify: 'Vergleich mit dem veröffentlichten Manifest',
    },
    demo: { tissue: 'Synthetisches Gewebe wird gezeichnet' },
    runtime: {
      download: 'TensorFlow wird heruntergeladen',
      verify: 'Prüfsumme wird geprüft',
      unpack: 'Wird entpackt',
      build: 'Addon wird gebaut',
      test: 'Wird getestet',
    },
  },
  trialPhases: {
    starting: 'Wird gestartet',
    tuning: 'Schnellste Engine wird gemessen',
    decoding: 'Bilder werden dekodiert',
    training: 'Training',
    validating: 'Validierung',
    testing: 'Test',
  },
  metrics: {
    accuracy: { name: 'Genauigkeit', formula: 'richtige Bilder / Bilder' },
    balancedAccuracy: {
      name: 'Balancierte Genauigkeit',
      formula:
        'Mittel über die getesteten Klassen von (gefunden / Bilder der Klasse); bei zwei Klassen (Sensitivität + Spezifität) / 2',
    },
    sensitivity: { name: 'Sensitivität', formula: 'gefundene positive / positive' },
    specificity: { name: 'Spezifität', formula: 'nicht für positiv gehaltene negative / negative' },
    precision: {
      name: 'Präzision',
      formula: 'TP / (TP + FP) der positiven Klasse; ohne positive Klasse das Mittel über die beantworteten Klassen',
    },
    f1: { name: 'F1', formula: '2 TP / (2 TP + FP + FN) der positiven Klasse' },
    macroF1: { name: 'Macro-F1', formula: 'Mittel von F1 über die getesteten oder beantworteten Klassen' },
    mcc: {
      name: 'MCC',
      formula:
        'Matthews-Korrelation von Wahrheit und Antwort, von -1 bis 1, bei Zufall 0; nicht definiert, wo alle Bilder eine Wahrheit oder eine Antwort haben',
    },
    auc: {
      name: 'AUC',
      formula:
        'Wahrscheinlichkeit, dass ein positives Bild die größere Margin (Logarithmus der Odds) hat als ein negatives, Gleichstand zählt halb; ohne positive Klasse das Mittel über die Klassen, jede gegen den Rest',
    },
    brier: {
      name: 'Brier-Score',
      formula:
        'Mittel von (Wahrscheinlichkeit - was eintrat)\u00b2; bei mehr als zwei Klassen die Summe über die Klassen. 0 ist perfekt; stets ein Halb zu sagen ergibt 0.25',
    },
    logLoss: {
      name: 'Log-Loss',
      formula:
        'Mittel von -log(Wahrscheinlichkeit der wahren Klasse), aus Margins. 0 ist perfekt; stets ein Halb zu sagen ergibt 0.693',
    },
    ece: {
      name: 'Kalibrierungsfehler (ECE)',
      formula:
        'Mittel über 10 Bins der Wahrscheinlichkeit, gewichtet nach ihren Bildern, von |Anteil, der eintrat - mittlere Wahrscheinlichkeit|; für die positive Klasse, ohne eine für die gegebene Antwort',
    },
    calibrationSlope: {
      name: 'Kalibrierungssteigung',
      formula:
        'Steigung des Logarithmus der Odds über der Margin, nach Maximum-Likelihood. 1 ist perfekt, unter 1 zu sicher; nicht definiert, wo die Margin die Klassen trennt',
    },
    calibrationIntercept: {
      name: 'Kalibrierungs-Achsenabschnitt',
      formula: 'Achsenabschnitt derselben Geraden. 0 ist perfekt, unter 0 wird die positive Klasse zu oft genannt',
    },
    recognitionRate: {
      name: 'Erkennungsrate',
      formula: 'Mittel über Fälle von (richtige Bilder / Bilder des Falls) (Spanhol et al. 2016)',
    },
    patientAccuracy: {
      name: 'Genauigkeit (Patienten)',
      formula:
        'richtig beantwortete Fälle / Fälle; für einen Fall antwortet die mittlere Margin seiner Bilder, er entfällt, wenn sie zwei Wahrheiten haben',
    },
    patientBalancedAccuracy: {
      name: 'Balancierte Genauigkeit (Patienten)',
      formula: 'Mittel über die getesteten Klassen von (gefunden / Fälle der Klasse)',
    },
    patientSensitivity: { name: 'Sensitivität (Patienten)', formula: 'gefundene positive Fälle / positive Fälle' },
    patientSpecificity: {
      name: 'Spezifität (Patienten)',
      formula: 'nicht für positiv gehaltene negative Fälle / negative Fälle',
    },
    patientAuc: {
      name: 'AUC (Patienten)',
      formula:
        'Wahrscheinlichkeit, dass ein positiver Fall die größere mittlere Margin hat als ein negativer, Gleichstand zählt halb; ohne positive Klasse das Mittel über die Klassen, jede gegen den Rest',
    },
  },
  problems: {
    'no-permission': {
      title: 'Kein Zugriff',
      advice: 'Geben Sie sich das Leserecht, dann lesen Sie den Ordner neu ein.',
    },
    unreadable: {
      title: 'Nicht lesbar',
      advice: 'Öffnen Sie sie in einem Bildbetrachter; misslingt auch das, kopieren Sie sie erneut.',
    },
    truncated: {
      title: 'Abgeschnitten',
      advice: 'Die Kopie wurde unterbrochen: Kopieren oder laden Sie diese Datei erneut.',
    },
    'zero-bytes': {
      title: 'Leere Datei',
      advice: 'Die Kopie wurde unterbrochen: Kopieren oder laden Sie diese Datei erneut.',
    },
    'not-an-image': {
      title: 'Kein Bild',
      advice: 'Entfernen Sie sie, oder ersetzen Sie sie durch das Bild, das ihr Name verspricht.',
    },
    'too-large': {
      title: 'Zu groß',
      advice: 'Zerlegen Sie es in Gesichtsfelder, oder entfernen Sie es: Gelesen werden Bilder bis 100 Megapixel.',
    },
    'unsupported-pixels': {
      title: 'Pixel anderer Art',
      advice:
        'Öffnen Sie sie im Programm, das sie erzeugt hat, oder in ImageJ, und speichern Sie ein Bild je Datei als 8-Bit-RGB-PNG oder -TIFF.',
    },
    'left-out': {
      title: 'Dateien anderer Art',
      advice:
        'Lesen Sie Archive für sich ein oder entpacken Sie sie; wandeln Sie Bilder verlustfrei in PNG oder TIFF um. Nichts ist zu tun, wenn sie nicht zum Datensatz gehören.',
    },
    'name-not-understood': {
      title: 'Name nicht verstanden',
      advice:
        'Benennen Sie sie wie in BreakHis (SOB_M_DC-14-2523-40-010.png), oder lesen Sie den Ordner mit einer CSV-Datei ein, die Ihre Bilder beschreibt.',
    },
    'bad-row': {
      title: 'Zeile nicht verstanden',
      advice: 'Korrigieren Sie diese Zeile der CSV-Datei, dann lesen Sie den Ordner neu ein.',
    },
    'symlink-loop': {
      title: 'Verknüpfung führt im Kreis',
      advice: 'Entfernen Sie die Verknüpfung, oder richten Sie sie auf ein Ziel außerhalb der Ordner, die sie enthalten.',
    },
    'changed-against-manifest': {
      title: 'Weicht von der veröffentlichten Datei ab',
      advice: 'Wenn Sie sie nicht absichtlich bearbeitet haben, laden Sie diese Datei erneut herunter.',
    },
    'missing-against-manifest': {
      title: 'Fehlt',
      advice:
        'Laden Sie den Datensatz erneut herunter, wenn er vollständig sein soll; ein Teil davon ist so verwendbar, wie er ist.',
    },
    'unknown-to-manifest': {
      title: 'Nicht im veröffentlichten Datensatz',
      advice:
        'Prüfen Sie, woher sie stammt; entfernen Sie sie, wenn die Ergebnisse mit veröffentlichten verglichen werden sollen.',
    },
    'label-against-folder': {
      title: 'Klasse widerspricht dem Ordner',
      advice:
        'Der Dateiname entscheidet; verschieben Sie die Datei in den richtigen Ordner, oder benennen Sie sie um, wenn der Ordner stimmt.',
    },
    'table-against-name': {
      title: 'Tabelle widerspricht dem Namen',
      advice: 'Die Tabelle entscheidet; korrigieren Sie ihre Zeile, oder benennen Sie die Datei um, wenn die Tabelle stimmt.',
    },
    'patient-spelling': {
      title: 'Ein Patient, mehrere Schreibweisen',
      advice:
        'Sie werden als ein Patient zusammengehalten. Schreiben Sie sie gleich, oder geben Sie verschiedenen Patienten deutlicher verschiedene Namen.',
    },
    'duplicate-pixels-different-labels': {
      title: 'Gleiches Bild, zwei Diagnosen',
      advice: 'Lassen Sie die Aufteilung Duplikate weglassen (der Standard), oder entfernen Sie die falsch eingeordnete Kopie.',
    },
    'duplicate-pixels': {
      title: 'Gleiches Bild doppelt',
      advice: 'Lassen Sie die Aufteilung Duplikate weglassen (der Standard), oder entfernen Sie eine Kopie.',
    },
    'near-duplicate-pixels': {
      title: 'Fast gleiches Bild',
      advice:
        'Wurde eines aus dem anderen gespeichert, entfernen Sie es: Eine Kopie auf der anderen Seite der Aufteilung schmeichelt jedem Netz.',
    },
    'duplicate-name': {
      title: 'Gleicher Name doppelt',
      advice: 'Behalten Sie eine Kopie: Ergebnisse sind nach Dateinamen aufgeführt.',
    },
    'sloppy-metadata': {
      title: 'Auffälliger Header',
      advice:
        'Nichts ist zu tun: Die Pixel sind vollständig lesbar und werden verwendet. Ein neu gespeichertes Bild hat einen sauberen Header.',
    },
    'converted-pixels': {
      title: 'In 8 Bit umgewandelt',
      advice: 'Nichts ist zu tun: Von 16 Bit werden die oberen 8 verwendet, bei allen Bildern gleich.',
    },
    'table-converted': {
      title: 'Wie die Tabelle gelesen wurde',
      advice:
        'Nichts ist zu tun, wenn Namen und Patienten stimmen; als UTF-8 gespeichert, muss die Kodierung nicht erraten werden.',
    },
    'unexpected-size': {
      title: 'Ungewöhnliche Größe',
      advice: 'Nichts ist zu tun: Bilder werden für jedes Netz gleich skaliert.',
    },
  },
};
