/** Of the page; its digest stands in the page's policy. */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d8dbe0, #3a3f47); --soft: light-dark(#f4f5f7, #22262c); --quiet: light-dark(#5b6470, #9aa4b0);
  --good: light-dark(#1a6b34, #6fce8d); --bad: light-dark(#a3201f, #ff8d85); --new: light-dark(#0b56a8, #7db8ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 78rem; padding: 2rem 1.25rem; font: 15px/1.5 system-ui, sans-serif; background: light-dark(#fff, #16191d); color: light-dark(#1c2127, #e4e8ec); }
h1 { font-size: 1.9rem; margin: 0; } h1 span { color: var(--quiet); font-weight: 400; } h2 { font-size: 1.25rem; margin: 0; }
h2::first-letter { text-transform: uppercase; }
nav ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; list-style: none; padding: 0; }
nav a { display: block; height: 100%; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--soft); color: inherit; text-decoration: none; }
nav a:hover { border-color: currentColor; } nav strong { display: block; font-size: 1.6rem; line-height: 1.2; }
section { margin-top: 2.5rem; } section > p, footer { color: var(--quiet); } .none { font-style: italic; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; color: light-dark(#1c2127, #e4e8ec); }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; min-width: 5.5rem; }
th { color: var(--quiet); font-weight: 600; font-size: .85rem; } td p { margin: 0 0 .4rem; }
code { font: .87em ui-monospace, monospace; } details { margin-top: .6rem; } summary { cursor: pointer; padding: .2rem 0; }
.problem { color: var(--bad); }
.passed { color: var(--good); } .failed, .gone { color: var(--bad); } .new { color: var(--new); } .skipped, .blocked, .other { color: var(--quiet); }
footer { margin-top: 3rem; font-size: .87rem; }
`;
