/** Style of the report: light, readable in print and in grey. */
export const STYLE = `
:root { color-scheme: light; font: 15px/1.55 system-ui, 'Segoe UI', 'Helvetica Neue', sans-serif; color: #1b2733; background: #fff; }
* { box-sizing: border-box; }
body { max-width: 1080px; margin: 0 auto; padding: 40px 28px 80px; overflow-wrap: break-word; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 20px; margin: 0; display: inline; }
h3 { font-size: 15px; margin: 22px 0 6px; }
p, ul { max-width: 75ch; }
a { color: #1f5f8b; }
.authors { margin: 0; }
.meta, figcaption { color: #55677a; font-size: 13px; }
.answer { font-size: 16.5px; border-left: 4px solid #1f5f8b; padding-left: 14px; }
.notice { border-left: 4px solid #b3541e; background: #fdf3ec; padding: 1px 14px; margin: 10px 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 18px; list-style: none; padding: 0; font-size: 13.5px; max-width: none; }
details { margin-top: 36px; border-top: 1px solid #d5dde5; padding-top: 16px; }
summary { cursor: pointer; margin-bottom: 8px; }
summary::marker { color: #55677a; }
.multiples { display: flex; flex-wrap: wrap; gap: 28px 36px; align-items: flex-start; }
figure { margin: 14px 0; width: min(100%, 480px); }
figure.matrix { width: auto; max-width: 100%; }
svg { width: 100%; height: auto; fill: #1b2733; font-family: inherit; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; margin: 10px 0; font-variant-numeric: tabular-nums; font-size: 13.5px; }
caption { text-align: left; font-weight: 600; padding-bottom: 6px; }
th, td { padding: 5px 11px; text-align: left; border-bottom: 1px solid #e6ecf1; }
.number, .counts td, .counts th + th, .matrix td, .matrix th + th { text-align: right; }
th[scope='row'] { font-weight: 500; }
thead th { font-weight: 600; border-bottom: 1.5px solid #9fb0c0; vertical-align: bottom; }
thead th button { all: unset; cursor: pointer; font: inherit; }
thead th button:focus-visible { outline: 2px solid #1f5f8b; outline-offset: 3px; }
th[aria-sort='ascending'] button::after { content: ' \\2191'; }
th[aria-sort='descending'] button::after { content: ' \\2193'; }
.part, th[scope='row'] { white-space: nowrap; }
.same { font-weight: 700; }
.best { text-decoration: underline; text-underline-offset: 3px; }
.matrix .square { min-width: 62px; text-align: center; border: 2px solid #fff; }
.matrix .same { outline: 2px solid #1b2733; outline-offset: -4px; }
.matrix .square, .matrix th { padding: 4px 8px; }
.matrix small { font-size: 11px; font-weight: 400; white-space: nowrap; }
.matrix .left-out { border: 2px dashed #b3541e; }
.matrix .baseline { color: #55677a; font-style: italic; }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px 24px; }
.counts table { font-size: 12.5px; width: 100%; }
.counts th, .counts td { padding: 4px 6px; }
.counts.many { grid-template-columns: minmax(0, 1fr); overflow-x: auto; }
.counts.many table { width: auto; font-size: 12px; }
.counts.many thead th { max-width: 92px; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; }
.picture { margin: 0; width: auto; font-size: 12px; }
.picture img { width: 100%; display: block; border: 3px solid; border-radius: 4px; }
.right img { border-color: #2c7a4b; }
.wrong img { border-color: #b3541e; border-style: dashed; }
dl { display: grid; grid-template-columns: minmax(8em, max-content) 1fr; gap: 2px 18px; font-size: 13px; color: #55677a; }
dt { font-weight: 600; } dd { margin: 0; }
@media (max-width: 620px) { body { padding: 22px 14px 60px; } h1 { font-size: 24px; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 6px; } }
@media print { body { padding: 0; max-width: none; } nav { display: none; } table, figure { break-inside: avoid; } .wide { overflow: visible; } }
`;

/** Tables are sorted by a click on a heading. */
export const SORTING = `
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      heads.forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const keyOf = (row) => row.cells[column].dataset.value;
      const body = table.tBodies[0];
      const order = [...body.rows].sort((a, b) => {
        const [x, y] = [keyOf(a), keyOf(b)];
        if (x === '' || y === '') return (x === '') - (y === ''); // what is not defined comes last
        const difference = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
        return up ? difference : -difference;
      });
      body.append(...order);
    });
  });
}
`;
