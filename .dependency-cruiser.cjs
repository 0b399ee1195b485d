/** The invariants of docs/architecture.md as rules. Each comment says what to do when it is broken. */
module.exports = {
  forbidden: [
    {
      name: 'electron-stays-at-the-edge',
      comment: 'Only main/index.ts, main/app and main/preload know Electron. Pass what you need in as an argument from main/app.',
      severity: 'error',
      from: { path: '^(main|shared|renderer)/', pathNot: '^main/(index\\.ts$|app/|preload/)' },
      to: { path: '^(node_modules/)?electron($|/)' },
    },
    {
      name: 'page-never-imports-main',
      comment:
        'The page talks to main through shared/contract only. Move what both need to shared/, or add a call to the contract.',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^main/' },
    },
    {
      name: 'main-never-imports-page',
      comment: 'Main knows nothing of the page. Move what both need to shared/.',
      severity: 'error',
      from: { path: '^main/' },
      to: { path: '^renderer/' },
    },
    {
      name: 'shared-imports-shared-only',
      comment: 'shared/ is imported by both sides: keep it free of either. Move code that needs Node to main/.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(main|renderer)/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'shared/domain has no dependencies: pass the values in, or move schemas to shared/contract.',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: { pathNot: '^shared/domain/' },
    },
    {
      name: 'texts-are-pure',
      comment: 'shared/texts is read by every room, so it imports none: pass values in as parameters of a text.',
      severity: 'error',
      from: { path: '^shared/texts/' },
      to: { pathNot: '^shared/texts/' },
    },
    {
      name: 'analysis-and-figures-are-pure',
      comment:
        'shared/analysis and shared/figures compute and draw from values: they know shared/domain, and figures know analysis.',
      severity: 'error',
      from: { path: '^shared/(analysis|figures)/', pathNot: '^shared/analysis/statistics/quantiles\\.ts$' },
      to: { pathNot: '^shared/(domain|analysis|figures)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'quantiles-by-stdlib',
      comment:
        'Quantiles of distributions are the one thing that analysis does not compute itself. Add another one to shared/analysis/statistics/quantiles.ts.',
      severity: 'error',
      from: { path: '^shared/analysis/statistics/quantiles\\.ts$' },
      to: { pathNot: '^node_modules/@stdlib/' },
    },
    {
      name: 'page-computes-no-statistics',
      comment: 'The page shows intervals and tests; the compute thread makes them. Read the table.',
      severity: 'error',
      from: { path: '^renderer/(?!testing/|.*\\.test\\.ts$)' },
      to: { path: '^node_modules/@stdlib/', reachable: true },
    },
    {
      name: 'analysis-draws-nothing',
      comment: 'Numbers do not depend on how they are drawn. Move what both need to shared/analysis.',
      severity: 'error',
      from: { path: '^shared/(domain|analysis)/' },
      to: { path: '^shared/figures/' },
    },
    {
      name: 'models-are-pure',
      comment:
        'models compute: no file system, no process, no clock. Read and write in training, inference or project and pass values.',
      severity: 'error',
      from: { path: '^main/models/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'platform-knows-no-room',
      comment: 'platform is below every other room of main: files, paths, processes. Pass in what it needs.',
      severity: 'error',
      from: { path: '^main/platform/' },
      to: { path: '^main/', pathNot: '^main/platform/' },
    },
    {
      name: 'engine-knows-no-image-and-no-model',
      comment: 'engine runs steps, whatever they compute. Pass the step in.',
      severity: 'error',
      from: { path: '^main/engine/' },
      to: { path: '^main/', pathNot: '^main/(engine|platform|runtime)/' },
    },
    {
      name: 'only-export-writes-formats',
      comment:
        'What leaves the lab for other tools is written in main/export, one file a format. It is called in a compute thread, or, where a recording by TensorFlow is written, in the predict process.',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/(export|compute|inference/(export-onnx|record-network))' },
      to: { path: '^main/export/' },
    },
    {
      name: 'nothing-below-imports-lab',
      comment: 'lab calls the rooms below it. Return a value or take a callback instead of calling a service.',
      severity: 'error',
      from: {
        path: '^main/(compute|dataset|pictures|models|engine|runtime|tuning|training|inference|executors|export|project|platform)/',
      },
      to: { path: '^main/(lab|ipc|host|cli|app)/' },
    },
    {
      name: 'doors-call-lab-only',
      comment:
        'ipc, cli, host and app are doors: they call main/lab (and ipc), and know the machine by main/platform, main/runtime and main/executors. Put the work into a service in main/lab.',
      severity: 'error',
      from: { path: '^main/(ipc|cli|host|app)/' },
      to: { path: '^main/(compute|dataset|pictures|models|engine|tuning|training|inference|export|project)/' },
    },
    {
      name: 'lab-knows-no-door',
      comment: 'lab serves every door alike. Emit an event of the contract instead.',
      severity: 'error',
      from: { path: '^main/lab/' },
      to: { path: '^main/(ipc|host|cli|app|preload)/' },
    },
    {
      name: 'lab-does-not-compute',
      comment:
        "The lab's thread answers and does not compute. Add a function to main/compute/table.ts and call it by name through Compute.",
      severity: 'error',
      from: { path: '^main/lab/' },
      to: {
        path: '^main/export/|^shared/analysis/cells|^main/dataset/splits|^main/compute/(?!(compute|staging|study-split)\\.ts)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'tensorflow-only-in-trials',
      comment:
        'TensorFlow is loaded only inside a trial or worker process, so that a crash ends one trial and not the lab. Start a process (main/executors) and read its files.',
      severity: 'error',
      from: { path: '^main/(lab|host|cli|ipc|app|preload|platform|project|compute|dataset|pictures|export|executors|index)' },
      to: { path: '@tensorflow/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lab-reaches-no-tensorflow-code',
      comment: 'lab may not reach models or the training loop even by a long way round. Start a trial process instead.',
      severity: 'error',
      from: { path: '^main/(lab|host|cli|app|index)' },
      to: { path: '@tensorflow/', reachable: true },
    },
    {
      name: 'errors-and-schemas-live-in-the-contract',
      comment: 'Parse once at the boundary: zod belongs to shared/contract. Export a schema there and import its type here.',
      severity: 'error',
      from: { path: '^(main|renderer)/' },
      to: { path: '^node_modules/zod' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file or need a third. Move the shared part down.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.vue', '.json'], conditionNames: ['import', 'node', 'default'] },
  },
};
