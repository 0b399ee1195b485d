/** Style of the report: light, readable in print and in grey. */
export const STYLE = `
:root { color-scheme: light; font: 15px/1.55 system-ui, 'Segoe UI', 'Helvetica Neue', sans-serif; color: #1b2733; background: #fff; }
body { max-width: 1080px; margin: 0 auto; padding: 40px 28px 80px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 44px 0 10px; padding-top: 18px; border-top: 1px solid #d5dde5; }
h3 { font-size: 15px; margin: 22px 0 6px; }
p { max-width: 75ch; }
.meta, figcaption { color: #55677a; font-size: 13px; }
.notice { border-left: 4px solid #b3541e; background: #fdf3ec; padding: 10px 14px; }
.multiples { display: flex; flex-wrap: wrap; gap: 28px 36px; align-items: flex-start; }
figure { margin: 14px 0; max-width: 660px; min-width: min(100%, 480px); }
figure.matrix { min-width: 0; }
svg { width: 100%; height: auto; fill: #1b2733; font-family: inherit; }
table { border-collapse: collapse; margin: 10px 0; font-variant-numeric: tabular-nums; font-size: 13.5px; }
caption { text-align: left; font-weight: 600; padding-bottom: 6px; }
th, td { padding: 5px 11px; text-align: right; border-bottom: 1px solid #e6ecf1; }
th[scope='row'], thead th:first-child { text-align: left; font-weight: 500; }
thead th { font-weight: 600; border-bottom: 1.5px solid #9fb0c0; }
.matrix .square { min-width: 62px; text-align: center; border: 2px solid #fff; }
.matrix .same { outline: 2px solid #1b2733; outline-offset: -4px; font-weight: 700; }
.matrix small { font-size: 10.5px; font-weight: 400; white-space: nowrap; }
.matrix .left-out { border: 2px dashed #b3541e; }
.matrix .baseline { color: #55677a; font-style: italic; }
.confusions { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px 24px; }
.confusions table { font-size: 13px; width: 100%; }
.confusions.many { grid-template-columns: 1fr; overflow-x: auto; }
.confusions.many table { width: auto; font-size: 12px; }
.confusions.many thead th { max-width: 92px; vertical-align: bottom; }
section > table { display: block; overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; font-size: 13px; color: #55677a; }
dt { font-weight: 600; } dd { margin: 0; }
@media print { body { padding: 0; max-width: none; } section { break-inside: auto; } table, figure { break-inside: avoid; } }
`;
