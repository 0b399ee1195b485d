/** The six invariants of docs/architecture.md as rules. Each comment says what to do when it is broken. */
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
      name: 'models-and-evaluation-are-pure',
      comment:
        'models and evaluation compute: no file system, no process, no clock. Read and write in training, report or lab and pass values.',
      severity: 'error',
      from: { path: '^main/(models|evaluation)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-below-imports-lab',
      comment: 'lab calls the rooms below it. Return a value or take a callback instead of calling a service.',
      severity: 'error',
      from: { path: '^main/(dataset|models|engine|training|evaluation|report|executors|store)/' },
      to: { path: '^main/(lab|ipc|host|cli|app)/' },
    },
    {
      name: 'doors-call-lab-only',
      comment: 'ipc, cli, host and app are doors: they call main/lab (and ipc). Put the work into a service in main/lab.',
      severity: 'error',
      from: { path: '^main/(ipc|cli|host|app)/' },
      to: { path: '^main/(dataset|models|engine|training|evaluation|report|executors|store)/' },
    },
    {
      name: 'lab-knows-no-door',
      comment: 'lab serves every door alike. Emit an event of the contract instead.',
      severity: 'error',
      from: { path: '^main/lab/' },
      to: { path: '^main/(ipc|host|cli|app|preload)/' },
    },
    {
      name: 'tensorflow-only-in-trials',
      comment:
        'TensorFlow is loaded only inside a trial or worker process, so that a crash ends one trial and not the lab. Start a process (main/executors) and read its files.',
      severity: 'error',
      from: { path: '^main/(lab|host|cli|ipc|app|preload|store|dataset|evaluation|report|executors|index)' },
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
